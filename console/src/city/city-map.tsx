import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Desk } from '../shell/desk.ts';
import { type Chosen, drawCity, type Palette, under } from './draw-city.ts';
import { fitting, type Size, type Spot, type View, zoomed } from './plane.ts';
import { createRiderDots } from './rider-dots.ts';

const KEY_PAN_PX = 60;
const ZOOM_STEP = 1.4;
const SHARPEST = 2;
const PALETTE_MS = 1_000;

const paletteOf = (element: Element): Palette => {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--map-${name}`).trim();
  return {
    ground: colour('ground'),
    street: colour('street'),
    text: colour('text'),
    kitchen: colour('kitchen'),
    order: colour('order'),
    offer: colour('offered'),
    free: colour('free'),
    offered: colour('offered'),
    'to-kitchen': colour('to-kitchen'),
    carrying: colour('carrying'),
    offline: colour('offline'),
  };
};

/** The map: drag or arrow keys move it, wheel or + and − zoom, a click chooses. */
export const CityMap = ({ desk, chosen, choose }: { desk: Desk; chosen: Chosen; choose: (chosen: Chosen) => void }) => {
  const { city, orders } = desk;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>(undefined);
  const size = useRef<Size>({ width: 0, height: 0 });
  const isChosen = useRef(chosen);
  isChosen.current = chosen;
  const hovered = useSignal<{ what: Chosen; at: Spot }>();
  const touched = useRef(false);

  const everything = (): Spot[] => [
    ...[...city.kitchens.values()].map(({ at }) => at),
    ...[...city.riders.values()].map(({ dot }) => dot.to),
  ];
  const fit = () => {
    view.current = fitting(everything(), size.current) ?? view.current;
  };
  const zoom = (factor: number, at: Spot = { x: size.current.width / 2, y: size.current.height / 2 }) => {
    touched.current = true;
    if (view.current) view.current = zoomed(view.current, size.current, at, factor);
  };
  const pan = (dx: number, dy: number) => {
    if (!view.current) return;
    touched.current = true;
    const { center, scale } = view.current;
    view.current = { scale, center: { x: center.x - dx / scale, y: center.y - dy / scale } };
  };

  // The whole city comes into view as it is read, until somebody has moved the map.
  const readings = city.readings.value;
  useEffect(() => {
    if (readings > 0 && !touched.current) fit();
  }, [readings]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    let palette = paletteOf(element);
    let dots = createRiderDots(palette, 1);
    let paletteAt = 0;
    let frame = 0;
    const resize = () => {
      const { width, height } = element.getBoundingClientRect();
      const sharpness = Math.min(SHARPEST, devicePixelRatio);
      size.current = { width, height };
      element.width = Math.round(width * sharpness);
      element.height = Math.round(height * sharpness);
      context.setTransform(sharpness, 0, 0, sharpness, 0, 0);
      if (!touched.current) fit();
    };
    const draw = (nowMs: number) => {
      frame = requestAnimationFrame(draw);
      if (nowMs - paletteAt > PALETTE_MS) {
        palette = paletteOf(element);
        dots = createRiderDots(palette, Math.min(SHARPEST, devicePixelRatio));
        paletteAt = nowMs;
      }
      if (!view.current) fit();
      if (view.current) {
        const shown = { city, orders, view: view.current, size: size.current, palette, dots, nowMs };
        drawCity(context, { ...shown, chosen: isChosen.current ?? hovered.peek()?.what });
      }
    };
    const observer = new ResizeObserver(resize);
    observer.observe(element);
    resize();
    frame = requestAnimationFrame(draw);
    // Preact's own listener for the wheel is passive, and the page would scroll away under the map.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), { x: event.offsetX, y: event.offsetY });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
    };
  }, [city, orders]);

  const whatIsAt = (at: Spot): Chosen =>
    view.current && under(at, { city, orders, view: view.current, size: size.current, nowMs: performance.now() });

  const dragged = useRef<{ from: Spot; moved: boolean }>(undefined);
  const onPointerDown = (event: PointerEvent) => {
    dragged.current = { from: { x: event.offsetX, y: event.offsetY }, moved: false };
    canvas.current?.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const at = { x: event.offsetX, y: event.offsetY };
    const drag = dragged.current;
    if (!drag) {
      const what = whatIsAt(at);
      hovered.value = what && { what, at };
      return;
    }
    const [dx, dy] = [at.x - drag.from.x, at.y - drag.from.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    pan(dx, dy);
    dragged.current = { from: at, moved: true };
    hovered.value = undefined;
  };
  const onPointerUp = (event: PointerEvent) => {
    const drag = dragged.current;
    dragged.current = undefined;
    if (!drag || drag.moved) return;
    const what = whatIsAt({ x: event.offsetX, y: event.offsetY });
    choose(what);
    if (what?.kind === 'order') orders.show(what.id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => pan(KEY_PAN_PX, 0),
      ArrowRight: () => pan(-KEY_PAN_PX, 0),
      ArrowUp: () => pan(0, KEY_PAN_PX),
      ArrowDown: () => pan(0, -KEY_PAN_PX),
      '+': () => zoom(ZOOM_STEP),
      '=': () => zoom(ZOOM_STEP),
      '-': () => zoom(1 / ZOOM_STEP),
      '0': fit,
      Escape: () => choose(undefined),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  const { free, offered, carrying, stale } = city.counts.value;
  const riding = city.counts.value['to-kitchen'] + carrying;
  const summary = `Map of the city: ${city.kitchens.size} kitchens, ${free} free riders, ${offered} asked, ${riding} riding, ${stale} silent. Arrow keys move the map, plus and minus zoom, 0 shows all.`;
  return (
    <div class="map">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={summary}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => {
          hovered.value = undefined;
        }}
        onKeyDown={onKeyDown}
      />
      <div class="map-buttons">
        <button type="button" aria-label="Zoom in" onClick={() => zoom(ZOOM_STEP)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / ZOOM_STEP)}>
          −
        </button>
        <button type="button" onClick={fit}>
          Show all
        </button>
      </div>
      {hovered.value?.what && (
        <p class="hover" style={{ left: `${hovered.value.at.x + 14}px`, top: `${hovered.value.at.y + 10}px` }}>
          {nameOf(desk, hovered.value.what)}
        </p>
      )}
    </div>
  );
};

const nameOf = ({ city, orders }: Desk, what: NonNullable<Chosen>): string => {
  switch (what.kind) {
    case 'rider': {
      const rider = city.riders.get(what.id);
      return rider ? `${rider.name}: ${rider.state}${rider.isStale ? ', silent' : ''}` : '';
    }
    case 'kitchen':
      return city.kitchens.get(what.id)?.name ?? '';
    case 'order':
      return `Order for ${orders.get(what.id)?.restaurantName ?? '…'}`;
  }
};
