/** Whether a write was refused because a unique value, the `_id` or another, is taken (MongoDB's error 11000). */
export const isDuplicateKey = (error: unknown): error is { readonly code: 11000 } =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
