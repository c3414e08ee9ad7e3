// Who may do what: users, their tokens and their accounts.
// Guarantees: an unknown, revoked or foreign credential is refused with the vendor's code before anything is looked at.

import { Account, type AccountTerms } from './account.ts';
import { VenueError } from './errors.ts';

export interface TokenTerms {
  readonly user: string;
  readonly access: 'full' | 'read_only';
  /** Accounts that the token was issued for; `null` = all of its user. The others are listed without access. */
  readonly only: readonly string[] | null;
}

export class Registry {
  private readonly tokens = new Map<string, TokenTerms>();
  private readonly revoked = new Set<string>();
  private readonly accounts = new Map<string, Account>();
  private nextNumber = 2_000_000_001;

  /** Issues a token, or changes what an existing one may do. */
  issue(token: string, terms: TokenTerms): void {
    this.tokens.set(token, terms);
    this.revoked.delete(token);
  }

  revoke(token: string): void {
    this.revoked.add(token);
  }

  restore(token: string): void {
    this.revoked.delete(token);
  }

  knows(token: string): boolean {
    return this.tokens.has(token);
  }

  /** @throws {VenueError} 40003. */
  authenticate(token: string | null): TokenTerms {
    const terms = token === null || this.revoked.has(token) ? undefined : this.tokens.get(token);
    if (terms === undefined) throw new VenueError('40003');
    return terms;
  }

  nextId(): string {
    while (this.accounts.has(String(this.nextNumber))) this.nextNumber += 1;
    return String(this.nextNumber);
  }

  open(terms: AccountTerms): Account {
    if (this.accounts.has(terms.id)) throw new Error(`account ${terms.id} exists already; choose another id`);
    const account = new Account(terms);
    this.accounts.set(terms.id, account);
    return account;
  }

  all(): readonly Account[] {
    return [...this.accounts.values()];
  }

  /** @throws {Error} for an id that this venue never gave out: a mistake of the test, not of the client. */
  account(id: string): Account {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id} at this venue`);
    return account;
  }

  accessOf(token: TokenTerms, account: Account): 'full' | 'read_only' | 'none' {
    if (token.only !== null && !token.only.includes(account.id)) return 'none';
    if (account.terms.access === 'full') return token.access;
    return account.terms.access;
  }

  /**
   * The account, if this token may do that with it.
   * @throws {VenueError} 30021, 50004 (foreign or unknown), 40002 (no or too little access), 40004 (closed).
   */
  admit(token: TokenTerms, id: string, act: 'read' | 'trade', sandbox: boolean): Account {
    if (id === '') throw new VenueError('30021');
    const account = this.accounts.get(id);
    if (account === undefined || account.terms.user !== token.user || account.terms.sandbox !== sandbox)
      throw new VenueError('50004');
    const access = this.accessOf(token, account);
    if (access === 'none' || (access === 'read_only' && act === 'trade')) throw new VenueError('40002');
    if (account.closedMs !== null && act === 'trade') throw new VenueError('40004');
    return account;
  }
}
