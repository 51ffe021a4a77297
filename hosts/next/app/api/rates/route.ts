import { caches, invalidateTags } from 'memokit';
import { rates } from '../../../lib/rates';

export async function GET() {
  return Response.json({
    rate: await rates.get('EUR'),
    caches: caches().map(({ name }) => name),
  });
}

export async function POST() {
  return Response.json({ evicted: invalidateTags('rate:EUR') });
}
