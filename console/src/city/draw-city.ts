import type { OrderBook } from '../orders/order-book.ts';
import { isEnded } from '../orders/order-card.ts';
import type { City, Rider, RiderState } from './city.ts';
import { spotOf } from './moving-dot.ts';
import { type Size, type Spot, scaleBar, toPlane, toScreen, type View } from './plane.ts';
import type { RiderDots } from './rider-dots.ts';
import { tripProgress } from './trip-progress.ts';

/** The colours of the map, read from the style sheet so that light and dark are decided in one place. */
export type Palette = Readonly<
  Record<RiderState | 'ground' | 'street' | 'text' | 'kitchen' | 'order' | 'offer', string>
>;

export type Chosen = { readonly kind: 'rider' | 'kitchen' | 'order'; readonly id: string } | undefined;

const STREET_M = 100;
const FEWEST_STREET_PX = 14;
const KITCHEN_PX = 6;
const SCALE_BAR_PX = 140;
const FULL_TURN = 2 * Math.PI;

/** Draws one frame. Everything that may be many is drawn in one path a colour: thousands of dots are a few calls. */
export const drawCity = (
  canvas: CanvasRenderingContext2D,
  {
    city,
    orders,
    view,
    size,
    palette,
    dots,
    chosen,
    nowMs,
  }: {
    city: City;
    orders: OrderBook;
    view: View;
    size: Size;
    palette: Palette;
    dots: RiderDots;
    chosen: Chosen;
    nowMs: number;
  },
): void => {
  const at = (spot: Spot) => toScreen(view, size, spot);
  canvas.fillStyle = palette.ground;
  canvas.fillRect(0, 0, size.width, size.height);
  drawStreets(canvas, view, size, palette);
  drawOrders(canvas, { city, orders, at, palette, nowMs });
  drawOffers(canvas, { city, at, palette, nowMs });
  drawKitchens(canvas, { city, at, palette });
  drawRiders(canvas, { city, at, palette, dots, nowMs, size });
  drawChosen(canvas, { city, at, palette, chosen, nowMs });
  drawScale(canvas, view, size, palette);
};

const drawStreets = (canvas: CanvasRenderingContext2D, view: View, size: Size, palette: Palette): void => {
  let step = STREET_M;
  while (step * view.scale < FEWEST_STREET_PX) step *= 5;
  const from = toPlane(view, size, { x: 0, y: 0 });
  const to = toPlane(view, size, { x: size.width, y: size.height });
  canvas.beginPath();
  for (let x = Math.ceil(from.x / step) * step; x <= to.x; x += step) {
    const px = Math.round(toScreen(view, size, { x, y: 0 }).x) + 0.5;
    canvas.moveTo(px, 0);
    canvas.lineTo(px, size.height);
  }
  for (let y = Math.ceil(from.y / step) * step; y <= to.y; y += step) {
    const py = Math.round(toScreen(view, size, { x: 0, y }).y) + 0.5;
    canvas.moveTo(0, py);
    canvas.lineTo(size.width, py);
  }
  canvas.strokeStyle = palette.street;
  canvas.lineWidth = 1;
  canvas.stroke();
};

type Where = { readonly city: City; readonly at: (spot: Spot) => Spot; readonly palette: Palette };

/** An order under way is a line from the kitchen to the door; on the trip the part that is done is thick. */
const drawOrders = (
  canvas: CanvasRenderingContext2D,
  { city, orders, at, palette, nowMs }: Where & { orders: OrderBook; nowMs: number },
): void => {
  const waiting = new Path2D();
  const coming = new Path2D();
  const done = new Path2D();
  const doors = new Path2D();
  for (const card of orders.all()) {
    if (isEnded(card) || !card.pickup || !card.dropoff) continue;
    const kitchen = at(city.place(card.pickup));
    const door = at(city.place(card.dropoff));
    waiting.moveTo(kitchen.x, kitchen.y);
    waiting.lineTo(door.x, door.y);
    doors.rect(door.x - 2, door.y - 2, 4, 4);
    const rider = card.riderId === undefined ? undefined : city.riders.get(card.riderId);
    if (!rider) continue;
    const here = at(spotOf(rider.dot, nowMs));
    if (card.status === 'rider_assigned') {
      coming.moveTo(here.x, here.y);
      coming.lineTo(kitchen.x, kitchen.y);
    } else if (card.status === 'picked_up') {
      const part = tripProgress(kitchen, door, here);
      done.moveTo(kitchen.x, kitchen.y);
      done.lineTo(kitchen.x + (door.x - kitchen.x) * part, kitchen.y + (door.y - kitchen.y) * part);
    }
  }
  canvas.strokeStyle = palette.order;
  canvas.fillStyle = palette.order;
  canvas.globalAlpha = 0.35;
  canvas.lineWidth = 1;
  canvas.stroke(waiting);
  canvas.globalAlpha = 1;
  canvas.fill(doors);
  canvas.lineWidth = 2.5;
  canvas.stroke(done);
  canvas.strokeStyle = palette['to-kitchen'];
  canvas.lineWidth = 1.5;
  canvas.setLineDash([4, 4]);
  canvas.stroke(coming);
  canvas.setLineDash([]);
};

const drawOffers = (
  canvas: CanvasRenderingContext2D,
  { city, at, palette, nowMs }: Where & { nowMs: number },
): void => {
  canvas.beginPath();
  for (const { riderId, from } of city.offers.values()) {
    const rider = city.riders.get(riderId);
    if (!rider) continue;
    const start = at(from);
    const end = at(spotOf(rider.dot, nowMs));
    const bend = Math.min(40, Math.hypot(end.x - start.x, end.y - start.y) / 3);
    canvas.moveTo(start.x, start.y);
    canvas.quadraticCurveTo((start.x + end.x) / 2, (start.y + end.y) / 2 - bend, end.x, end.y);
  }
  canvas.strokeStyle = palette.offer;
  canvas.lineWidth = 2;
  canvas.stroke();
};

const drawKitchens = (canvas: CanvasRenderingContext2D, { city, at, palette }: Where): void => {
  for (const isOpen of [false, true]) {
    canvas.beginPath();
    for (const kitchen of city.kitchens.values()) {
      if (kitchen.isOpen !== isOpen) continue;
      const { x, y } = at(kitchen.at);
      canvas.rect(x - KITCHEN_PX, y - KITCHEN_PX, 2 * KITCHEN_PX, 2 * KITCHEN_PX);
    }
    canvas.strokeStyle = palette.kitchen;
    canvas.fillStyle = palette.kitchen;
    canvas.lineWidth = 1.5;
    if (isOpen) canvas.fill();
    else canvas.stroke();
  }
};

/** Whoever is at work lies above those who are not. */
const drawRiders = (
  canvas: CanvasRenderingContext2D,
  { city, at, dots, nowMs, size }: Where & { dots: RiderDots; nowMs: number; size: Size },
): void => {
  for (const isWorking of [false, true]) {
    for (const rider of city.riders.values()) {
      const { state, isStale } = rider;
      if ((state === 'to-kitchen' || state === 'carrying' || state === 'offered') !== isWorking) continue;
      const { x, y } = at(spotOf(rider.dot, nowMs));
      if (x < 0 || y < 0 || x > size.width || y > size.height) continue;
      dots.draw(canvas, state, isStale, x, y);
    }
  }
};

const drawChosen = (
  canvas: CanvasRenderingContext2D,
  { city, at, palette, chosen, nowMs }: Where & { chosen: Chosen; nowMs: number },
): void => {
  const spot = chosen && spotOfChosen(city, chosen, nowMs);
  if (!spot) return;
  const { x, y } = at(spot);
  canvas.beginPath();
  canvas.arc(x, y, 11, 0, FULL_TURN);
  canvas.strokeStyle = palette.text;
  canvas.lineWidth = 2;
  canvas.stroke();
};

const spotOfChosen = (city: City, { kind, id }: NonNullable<Chosen>, nowMs: number): Spot | undefined => {
  const rider: Rider | undefined = kind === 'rider' ? city.riders.get(id) : undefined;
  if (rider) return spotOf(rider.dot, nowMs);
  return kind === 'kitchen' ? city.kitchens.get(id)?.at : undefined;
};

const drawScale = (canvas: CanvasRenderingContext2D, view: View, size: Size, palette: Palette): void => {
  const { metres, px } = scaleBar(view.scale, SCALE_BAR_PX);
  const y = size.height - 14;
  canvas.strokeStyle = palette.text;
  canvas.lineWidth = 1.5;
  canvas.beginPath();
  canvas.moveTo(14, y - 4);
  canvas.lineTo(14, y);
  canvas.lineTo(14 + px, y);
  canvas.lineTo(14 + px, y - 4);
  canvas.stroke();
  canvas.fillStyle = palette.text;
  canvas.font = '12px system-ui, sans-serif';
  canvas.fillText(metres >= 1_000 ? `${metres / 1_000} km` : `${metres} m`, 20 + px, y);
};

const REACH_PX = 12;

/** What is under a point of the screen: a rider before a kitchen before the door of an order. */
export const under = (
  pointer: Spot,
  { city, orders, view, size, nowMs }: { city: City; orders: OrderBook; view: View; size: Size; nowMs: number },
): Chosen => {
  const near = (spot: Spot): boolean => {
    const { x, y } = toScreen(view, size, spot);
    return Math.hypot(x - pointer.x, y - pointer.y) <= REACH_PX;
  };
  for (const rider of city.riders.values()) if (near(spotOf(rider.dot, nowMs))) return { kind: 'rider', id: rider.id };
  for (const kitchen of city.kitchens.values()) if (near(kitchen.at)) return { kind: 'kitchen', id: kitchen.id };
  for (const card of orders.all()) {
    if (!isEnded(card) && card.dropoff && near(city.place(card.dropoff))) return { kind: 'order', id: card.id };
  }
  return undefined;
};
