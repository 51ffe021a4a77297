/** The program's own account of what it has seen. Checks compare memokit with it. */
export class Ledger {
  checks = 0;
  readonly faults: string[] = [];
  faultCount = 0;

  check(isGood: boolean, message: () => string): void {
    this.checks++;
    if (isGood) return;
    this.faultCount++;
    if (this.faults.length < 20) this.faults.push(message());
  }

  equal(found: unknown, expected: unknown, what: string): void {
    this.check(Object.is(found, expected), () => `${what}: expected ${expected}, but got ${found}`);
  }
}
