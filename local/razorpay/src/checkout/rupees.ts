const WHOLE_RUPEES = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR', maximumFractionDigits: 0 });

/** Paise for a person, as they are written in India: 12345678 is ₹1,23,456.78. No float is made of them. */
export const rupees = (paise: number): string =>
  `${WHOLE_RUPEES.format(Math.floor(paise / 100))}.${String(paise % 100).padStart(2, '0')}`;
