// Failures that the simulator once found and that were put right, each as the seed and the few faults that it shrank to.
// They are run like any other seed. A seed's story changes when the program or the generator does; the rule that each
// one broke is then still looked at by every other run.

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly faults: readonly string[];
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a venue that lags by two legs is not decided on (double purchase)',
    seed: 339,
    faults: [
      'kill#1',
      'stale_positions#1',
      'corrupt_reply#2',
      'order_turned_down#1',
      'cut_reply#1',
      'corrupt_reply#5',
    ],
  },
  {
    name: 'an order that is not shown and holds cash is not gone',
    seed: 25,
    faults: ['late_visibility#2', 'order_rests#2'],
  },
  {
    name: 'an order that waits for the rate limit does not leave beside an unknown one',
    seed: 826,
    faults: ['lost_after#1', 'rate_limited#1', 'rate_limited#2', 'delayed_reply#1'],
  },
  {
    name: 'a resend does not wait for the rate limit until it is too late',
    seed: 529,
    faults: [
      'kill#1',
      'instrument_halted#2',
      'rate_limited#4',
      'lost_after#4',
      'rate_limited#5',
      'rate_limited#6',
    ],
  },
  {
    name: 'an account that shows no securities after its sells is not believed',
    seed: 1151,
    faults: ['corrupt_reply#1', 'lost_before#1', 'error_after#1', 'token_revoked#1'],
  },
  {
    name: 'a price is as old as the clock says where no schedule can be read',
    seed: 1185,
    faults: ['corrupt_reply#1', 'corrupt_reply#5', 'corrupt_reply#6', 'stale_prices#1'],
  },
];
