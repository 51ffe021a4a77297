import { type Exposed, ExposeError, type ExposeOptions, expose } from 'memokit/top';

/** What exposes a program, as a user of the published types writes it. */

const options: ExposeOptions = { directory: '/run/service' };

export async function start(): Promise<Exposed | undefined> {
  try {
    await expose();
    await expose({ port: 0, host: '::1' });
    return await expose(options);
  } catch (error) {
    if (!(error instanceof ExposeError)) throw error;
    const code: 'MEMOKIT_NOT_EXPOSED' = error.code;
    console.error(code, error.message);
    return undefined;
  }
}

export async function stop({ id, path, close }: Exposed): Promise<string> {
  await close();
  return `${id} ${path}`;
}

// @ts-expect-error: only a loopback address
export const everywhere: ExposeOptions = { port: 80, host: '0.0.0.0' };
