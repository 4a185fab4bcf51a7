/** Stands for a value that is not there yet, while a graph is rehearsed. */
export const PENDING: unique symbol = Symbol("pending");
export type Pending = typeof PENDING;
