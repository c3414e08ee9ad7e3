export const ACCOUNTS = []; export const REPLIES = [];
