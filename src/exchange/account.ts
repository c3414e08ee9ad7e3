// The books of one account: cash per currency, pieces per instrument, and the ledger of every entry that made them.
// Guarantees: cash and pieces change only with a ledger entry, so the ledger always adds up to them, to the nano.
// Raw bigints: nano-units of currency, pieces.

import { CostBasis } from './cost-lots.ts';

export type EntryKind =
  | 'input'
  | 'output'
  | 'input_securities'
  | 'output_securities'
  | 'buy'
  | 'sell'
  | 'fee'
  | 'dividend'
  | 'tax'
  | 'margin_fee';

export interface Entry {
  readonly atMs: number;
  readonly kind: EntryKind;
  readonly currency: string;
  /** Signed change of cash. */
  readonly cash: bigint;
  readonly uid: string | null;
  /** Signed change of pieces. */
  readonly pieces: bigint;
  /** Price per piece where pieces moved. */
  readonly price: bigint;
  readonly orderId: string | null;
  readonly tradeId: string | null;
}

export interface MarginTerms {
  readonly enabled: boolean;
  /** Most that may be borrowed, nano; `null` = only the initial margin limits it. */
  readonly debtMax: bigint | null;
}

export interface AccountTerms {
  readonly id: string;
  readonly name: string;
  readonly type: 'broker' | 'iis' | 'invest_box';
  readonly user: string;
  readonly sandbox: boolean;
  readonly openedMs: number;
  /** Commission in billionths of a fill's worth; `null` = the venue's. */
  readonly commission: bigint | null;
  /** At the opening. */
  readonly margin: MarginTerms;
  readonly access: 'full' | 'read_only' | 'none';
}

export class Account {
  closedMs: number | null = null;
  /** As its owner last had it. */
  margin: MarginTerms;
  readonly ledger: Entry[] = [];
  /** Instruments whose pieces the depositary holds. */
  readonly frozen = new Set<string>();
  private readonly cashBy = new Map<string, bigint>([['rub', 0n]]);
  private readonly basisBy = new Map<string, CostBasis>();

  constructor(readonly terms: AccountTerms) {
    this.margin = terms.margin;
  }

  get id(): string {
    return this.terms.id;
  }

  cash(currency = 'rub'): bigint {
    return this.cashBy.get(currency) ?? 0n;
  }

  currencies(): readonly string[] {
    return [...this.cashBy.keys()];
  }

  pieces(uid: string): bigint {
    return this.basisBy.get(uid)?.held ?? 0n;
  }

  /** Instruments held, in the order they first came in. */
  held(): readonly string[] {
    return [...this.basisBy].filter(([, basis]) => basis.held !== 0n).map(([uid]) => uid);
  }

  basis(uid: string): CostBasis {
    const known = this.basisBy.get(uid);
    if (known !== undefined) return known;
    const basis = new CostBasis();
    this.basisBy.set(uid, basis);
    return basis;
  }

  /** A way in or out. */
  book(entry: Entry): void {
    this.write(entry);
    if (entry.uid !== null && entry.pieces > 0n) this.basis(entry.uid).add(entry.pieces, entry.price);
    if (entry.uid !== null && entry.pieces < 0n) this.basis(entry.uid).remove(-entry.pieces);
  }

  /** A split: the pieces change, what they cost does not. `entry.pieces` is the change. */
  restate(entry: Entry & { readonly uid: string }): void {
    const basis = this.basis(entry.uid);
    basis.restate(basis.held + entry.pieces);
    this.write(entry);
  }

  private write(entry: Entry): void {
    this.ledger.push(entry);
    this.cashBy.set(entry.currency, this.cash(entry.currency) + entry.cash);
  }
}
