export const JOURNAL = [];
