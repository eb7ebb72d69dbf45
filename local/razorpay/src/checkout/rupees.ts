const WHOLE_RUPEES = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR', maximumFractionDigits: 0 });

/** Paise for a person, as they are written in India: 12345678 is ₹1,23,456.78. The point is moved in the text; no float is made of them. */
export const rupees = (paise: number): string => {
  const digits = String(paise).padStart(3, '0');
  return `${WHOLE_RUPEES.format(Number(digits.slice(0, -2)))}.${digits.slice(-2)}`;
};
