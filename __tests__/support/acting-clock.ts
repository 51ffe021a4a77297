/** A clock that is anybody's code: it does what it is told to, once, as it is read. */
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
