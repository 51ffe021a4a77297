import { Rates } from './rates';

export async function priceIn(currency: string): Promise<string> {
  return `price: ${await new Rates().get(currency)}`;
}
