// What the venue remembers of the calls it got, for tests to judge the client by: every call with its time, every
// PostOrder with its bytes. Guarantees: a call is recorded before anything else happens to it.

export interface CallRecord {
  readonly index: number;
  readonly atMs: number;
  readonly method: string;
  readonly service: string;
  readonly token: string | null;
  readonly accountId: string | null;
  readonly orderId: string | null;
  readonly trackingId: string;
  readonly bytes: Uint8Array;
  /** How it ended: "ok", a vendor's code, "lost", "silence"; `null` while it is under way. */
  outcome: string | null;
}

/** All PostOrder calls that carried one key. */
export interface PostedKey {
  readonly accountId: string;
  readonly key: string;
  readonly calls: readonly CallRecord[];
  /** Whether every one of them was the same bytes. */
  readonly identical: boolean;
}

const POSTS = new Set(['PostOrder', 'PostSandboxOrder']);

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

export class CallLog {
  calls: CallRecord[] = [];
  private total = 0;
  private readonly counts = new Map<string, number>();

  /** `kept`: how many of the latest calls are kept; a venue that runs for ever must not grow for ever. */
  constructor(private readonly kept: number) {}

  add(call: Omit<CallRecord, 'index' | 'outcome'>): CallRecord {
    const record: CallRecord = { ...call, index: this.total, outcome: null };
    this.total += 1;
    this.calls.push(record);
    if (this.calls.length > 2 * this.kept) this.calls = this.calls.slice(-this.kept);
    this.counts.set(call.method, this.count(call.method) + 1);
    return record;
  }

  /** Calls of one method, or of all. */
  count(method?: string): number {
    return method === undefined ? this.total : (this.counts.get(method) ?? 0);
  }

  posted(): readonly PostedKey[] {
    const byKey = new Map<string, CallRecord[]>();
    for (const call of this.calls.filter((each) => POSTS.has(each.method))) {
      const id = `${call.accountId}|${call.orderId}`;
      byKey.set(id, [...(byKey.get(id) ?? []), call]);
    }
    return [...byKey.values()].flatMap((calls) => {
      const [first] = calls;
      if (first === undefined) return [];
      return [
        {
          accountId: first.accountId ?? '',
          key: first.orderId ?? '',
          calls,
          identical: calls.every((call) => sameBytes(call.bytes, first.bytes)),
        },
      ];
    });
  }
}
