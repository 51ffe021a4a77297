import { stale } from '../../../lib/rates';

export async function GET() {
  return Response.json(await stale('EUR'));
}
