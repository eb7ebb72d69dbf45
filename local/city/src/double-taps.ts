import type { Doors, Visitor } from './doors.ts';

/** The buttons on an order or a delivery. What makes something new (a dish, a restaurant) is not among them. */
const BUTTON = /\/(?:orders|deliveries)\/[a-f0-9]{24}\/[a-z-]+$/;
const IN_A_HURRY: ReadonlySet<string> = new Set(['restaurant', 'rider']);

/** Doors at which kitchens and riders press every button twice at once while it is on, and go by the better answer. */
export const doubleTapping = (doors: Doors, isOn: () => boolean): Doors => ({
  visitor: (role, sub, name) => {
    const visitor = doors.visitor(role, sub, name);
    if (!IN_A_HURRY.has(role)) return visitor;
    const isTwice = (method: string, path: string) => isOn() && method === 'POST' && BUTTON.test(path);

    const ask: Visitor['ask'] = async (...question) => {
      if (!isTwice(question[0], question[2])) return visitor.ask(...question);
      const [first, second] = await Promise.all([visitor.ask(...question), visitor.ask(...question)]);
      return first.kind === 'answered' ? first : second;
    };
    const insist: Visitor['insist'] = async (...question) => {
      if (!isTwice(question[0], question[2])) return visitor.insist(...question);
      const [first, second] = await Promise.all([visitor.insist(...question), visitor.insist(...question)]);
      return first.kind === 'answered' ? first : second;
    };
    return { ...visitor, ask, insist };
  },
});
