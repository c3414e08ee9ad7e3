// A bug that could be in this program, as a change to the text of one of its files. It is made in memory while a child of
// the simulator loads that file; what is on disk never changes.

export interface Mutant {
  readonly name: string;
  /** What is wrong, in words. */
  readonly bug: string;
  /** Path under src/. */
  readonly file: string;
  readonly edits: readonly (readonly [found: string, planted: string])[];
}
