/** An error that answers a request with a status of HTTP. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError';

  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The error for an id without a task. */
export class UnknownTaskError extends RequestError {
  override readonly name = 'UnknownTaskError';

  constructor(id: number) {
    super(404, `there is no task ${id}`);
  }
}
