// Where the adapter says what happened on the wire (pino fits). Never given a token or a request.

export interface WireLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const SILENT: WireLog = { debug: () => {}, warn: () => {} };
