import { rates } from '../lib/rates';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <output>{await rates.get('EUR')}</output>;
}
