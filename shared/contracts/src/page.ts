import * as z from 'zod';

/** `?limit=1..100&cursor=`: query strings carry text, so the number is read from digits only. */
export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(20),
  cursor: z.string().max(1024).optional(),
});
export type PageQuery = z.infer<typeof pageQuery>;

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
