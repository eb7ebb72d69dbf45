const FILLER = 'The quick brown fox jumps over the lazy dog near the river bank. '.repeat(12);

/** A document of about 1 KB, as the services keep them: a number to compare, nested fields, a little stream. */
export const sampleDocument = (id: number) => ({
  _id: id,
  seq: 0,
  state: { status: 'placed', customer: { name: 'Asha', phone: '+91 98450 12345' }, totalPaise: 24_500 },
  text: FILLER,
  stream: [{ seq: 1, type: 'ORDER_CREATED', at: new Date(0) }],
  updatedAt: new Date(0),
});
