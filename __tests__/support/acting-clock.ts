/** A clock that runs code of the test: `act` is called once, at the next reading. */
export class ActingClock {
  time = 0;
  act: () => void = () => {};

  readonly now = (): number => {
    const { act } = this;
    this.act = () => {};
    act();
    return this.time;
  };
}
