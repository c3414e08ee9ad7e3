// What the venue refuses with: the vendor's own numeric codes, the gRPC status each travels under and its text.
// Guarantees: every refusal of this venue is a VenueError; texts are ASCII, for they travel in metadata.

/** gRPC status numbers that the venue answers with. */
export const STATUS = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const TEXTS: Readonly<Record<string, string>> = {
  '12001': 'Method is unimplemented',
  '12002': 'Deprecated method is unavailable',
  '30001': 'Missing parameter: from',
  '30002': 'The required period should not exceed 14 days',
  '30003': "`from` can't be less than the current date",
  '30005': '`id_type` is invalid',
  '30007': 'Missing parameter: id',
  '30011': '`interval` is invalid',
  '30012': "`to` can't be less than `from`",
  '30013': '`class_code` require for `id_type` = `ticker`',
  '30014': 'The maximum request period for the given candle interval has been exceeded',
  '30015': 'Parameter `quantity` is missing or equal to 0',
  '30017': 'Missing parameter: price',
  '30018': '`price` is invalid',
  '30019': 'Missing parameter: direction',
  '30020': '`direction` is invalid',
  '30021': 'Missing parameter: account_id',
  '30025': 'Missing parameter: order_type',
  '30026': 'Invalid parameter: order_type',
  '30027': 'Missing parameter: order_id',
  '30028': '`order id` has invalid UUID format',
  '30032': '`depth` is invalid',
  '30034': 'Not enough balance',
  '30042': 'Not enough assets for a margin trade',
  '30049': 'Post order error',
  '30051': 'Account margin status is disabled',
  '30052': 'Instrument forbidden for trading by API',
  '30055': '`order_id` cannot be longer than 36 characters',
  '30057': 'The order is a duplicate, but the order report was not found',
  '30059': 'Cancel order error: the order is not active',
  '30068': 'Only limit order is allowed',
  '30069': 'Invalid parameter: limit',
  '30077': 'Not available for OTC instruments',
  '30078': 'Incorrect minimum price increment',
  '30079': 'Instrument is not available for trading',
  '30080': '`quantity` must be positive',
  '30081': 'Account status is closed',
  '30083': '`order_type` is invalid',
  '30087': 'Missing parameter: query',
  '30092': 'Trading unavailable on weekends',
  '30093': 'Missing parameter: `figi` or `instrument_id`',
  '30094': 'Options trading is not available at the moment',
  '30095': 'The request was not executed by the exchange',
  '30096': 'The order was rejected, try again later',
  '30097': 'Inappropriate trading session',
  '30098': 'Currently there is no trading on this financial instrument',
  '30099': 'The price is outside the limits for this instrument',
  '30100': 'The price must be positive',
  '30101': 'To trade this financial instrument, pass the test',
  '30103': 'Only best price is allowed',
  '30109': 'Maximum transaction amount has been exceeded',
  '30227': 'The order was not accepted by the exchange',
  '30240': 'Confirmation required for specified instrument',
  '40002': 'Insufficient privileges',
  '40003': 'Authentication token is missing or invalid',
  '40004': 'Working with orders is not available with this account',
  '50001': 'Exchange not found',
  '50002': 'Instrument not found',
  '50004': 'Account not found',
  '50005': 'Order not found',
  '50009': 'Asset not found',
  '70001': 'Internal error',
  '70002': 'Internal network error',
  '70003': 'Internal error, please try again later',
  '80002': 'Request limit exceeded',
  '90001': 'Need confirmation',
  '90002': 'Only for qualified investors',
  '90003': 'The price is too high',
};

/** gRPC status of a vendor code, by its family (the vendor's error table). */
export function statusOf(code: string): number {
  if (code === '12002') return STATUS.unavailable;
  if (code === '40003') return STATUS.unauthenticated;
  const families: readonly (readonly [string, number])[] = [
    ['12', STATUS.unimplemented],
    ['3', STATUS.invalidArgument],
    ['4', STATUS.permissionDenied],
    ['5', STATUS.notFound],
    ['7', STATUS.internal],
    ['8', STATUS.resourceExhausted],
    ['9', STATUS.failedPrecondition],
  ];
  return families.find(([prefix]) => code.startsWith(prefix))?.[1] ?? STATUS.unknown;
}

/** A refusal by the venue: `code` is the number that travels in gRPC `details`. */
export class VenueError extends Error {
  override readonly name = 'VenueError';
  constructor(
    readonly code: string,
    message: string = TEXTS[code] ?? `Error ${code}`,
    readonly status: number = statusOf(code),
  ) {
    super(message);
  }
}
