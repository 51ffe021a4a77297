import { Rates } from './rates';
import { priceIn } from './shop';

jest.mock('./rates');

test('a class with cached methods is mocked like any other', async () => {
  jest.mocked(Rates.prototype.get).mockResolvedValue('2 EUR');
  expect(await priceIn('EUR')).toBe('price: 2 EUR');
  expect(Rates.prototype.get).toHaveBeenCalledWith('EUR');
  expect(new Rates().set('EUR')).toBeUndefined();
});
