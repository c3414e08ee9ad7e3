// How a fault changes a decoded reply on its way out.

export type Rewrite = (reply: unknown) => unknown;
