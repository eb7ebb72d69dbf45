import { deliveryAddress } from '@tiffin/contracts/order-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dropoffArea } from './dropoff-area.ts';

const areaOf = (formattedAddress: string) =>
  dropoffArea({
    deliveryAddress: deliveryAddress.parse({
      formattedAddress,
      phone: '+91 98450 12345',
      location: { type: 'Point', coordinates: [77.61, 12.98] },
    }),
    pickup: { type: 'Point', coordinates: [77.6, 12.97] },
    restaurantName: 'Dosa House',
  });

it('leaves the door, the first part of an address, out', () => {
  expect(areaOf('12 MG Road, Ashok Nagar, Bengaluru')).toBe('Ashok Nagar, Bengaluru');
  expect(areaOf('Rose Villa, Sector 21, HSR Layout 4th Block, Bengaluru 560001')).toBe(
    'Sector 21, HSR Layout 4th Block, Bengaluru 560001',
  );
});

it('leaves a house number out that stands before the street in a later part', () => {
  expect(areaOf('Flat 3, 5 MG Road, Bengaluru')).toBe('MG Road, Bengaluru');
  expect(areaOf('Asha Rao, No. 12/4, 2nd floor, 80-B 4th Main, Jayanagar')).toBe('4th Main, Jayanagar');
});

it('shows the street of an address in one part, without its numbers', () => {
  for (const address of ['5 MG Road', 'MG Road 5', '#12/3B MG Road', 'Flat no. 3B MG Road', '2nd floor 5 MG Road'])
    expect(areaOf(address), address).toBe('MG Road');
  expect(areaOf('Jayanagar 4th Block 560011')).toBe('Jayanagar 4th Block 560011');
  expect(areaOf('12 Opera House Road')).toBe('Opera House Road');
});

it('says how far it is where an address names nothing but a door', () => {
  for (const address of ['12', '#5-A', 'Flat 3B', '5,', '12, 14', '1, 560001'])
    expect(areaOf(address), address).toBe('about 2 km from Dosa House');
});

it('is never blank, and never tells a house number before a street', () => {
  const houseNumber = fc.integer({ min: 1, max: 99_999 });
  const street = fc.constantFrom('MG Road', 'Church Street', '4th Cross');
  const form = fc.constantFrom(
    (house: number, name: string) => `${house} ${name}`,
    (house: number, name: string) => `${name} ${house}`,
    (house: number, name: string) => `Rose Villa, ${house} ${name}, Bengaluru`,
    (house: number, name: string) => `${house}, ${name}`,
    (house: number, name: string) => `#${house}A ${name}`,
  );
  fc.assert(
    fc.property(houseNumber, street, form, (house, name, write) => {
      const area = areaOf(write(house, name));
      expect(area).toContain(name);
      expect(area.replace(name, '')).not.toMatch(/\d/);
    }),
  );
});
