import { glyph, glyphHeight, glyphWidth } from './console-font.js';
import type { ConsoleScreen } from './console-screen.js';
import { encodePng } from './png.js';

/** Size of the picture, in pixels. */
const screenWidth = 640;
const screenHeight = 400;

const palette = [
  [0, 0, 0],
  [200, 200, 200],
  [255, 255, 255],
  [0, 98, 128],
  [20, 50, 130],
  [192, 192, 192],
] as const;

/** Numbers of the palette's colours. */
const colour = { black: 0, text: 1, white: 2, desktop: 3, title: 4, bar: 5 } as const;

type Colour = (typeof colour)[keyof typeof colour];

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a screen. @returns a PNG file of 640 by 400 pixels. */
export function renderScreen(screen: ConsoleScreen, options: { readonly isCompressed: boolean }): Uint8Array {
  const canvas = new Canvas();
  if (screen.look === 'desktop') drawDesktop(canvas, screen);
  else drawConsole(canvas, screen);
  return encodePng({ width: screenWidth, height: screenHeight, pixels: canvas.pixels, palette }, options);
}

function drawConsole(canvas: Canvas, screen: ConsoleScreen): void {
  canvas.text(4, 4, screen.title, colour.white);
  canvas.text(4, 4 + glyphHeight, screen.status, colour.text);
  const top = 4 + 3 * glyphHeight;
  drawLines(canvas, { x: 4, y: top, width: screenWidth - 8, height: screenHeight - top }, screen.lines);
}

function drawDesktop(canvas: Canvas, screen: ConsoleScreen): void {
  const bar = { x: 0, y: screenHeight - 24, width: screenWidth, height: 24 };
  const window = { x: 24, y: 20, width: screenWidth - 48, height: screenHeight - 24 - 40 };
  canvas.fill({ x: 0, y: 0, width: screenWidth, height: screenHeight }, colour.desktop);
  canvas.fill(bar, colour.bar);
  canvas.text(8, bar.y + 4, 'Start', colour.black);
  canvas.text(72, bar.y + 4, screen.status, colour.black);
  const clock = `${screen.hostName}  ${new Date(screen.nowMs).toISOString().slice(11, 16)}`;
  canvas.text(screenWidth - 8 - clock.length * glyphWidth, bar.y + 4, clock, colour.black);
  canvas.fill(window, colour.bar);
  canvas.fill({ x: window.x + 2, y: window.y + 2, width: window.width - 4, height: 20 }, colour.title);
  canvas.text(window.x + 8, window.y + 4, screen.title, colour.white);
  canvas.text(window.x + window.width - 6 * glyphWidth, window.y + 4, '_ o x', colour.white);
  const inside = { x: window.x + 2, y: window.y + 22, width: window.width - 4, height: window.height - 24 };
  canvas.fill(inside, colour.black);
  drawLines(
    canvas,
    { x: inside.x + 6, y: inside.y + 4, width: inside.width - 12, height: inside.height - 8 },
    screen.lines,
  );
}

/** The last lines that fit, long ones wrapped, and a cursor behind them. */
function drawLines(canvas: Canvas, area: Area, lines: readonly string[]): void {
  const columns = Math.floor(area.width / glyphWidth);
  const rows = Math.floor(area.height / glyphHeight);
  const wrapped = lines.flatMap((line) => wrap(line.replaceAll('\t', '    '), columns));
  const shown = wrapped.slice(-(rows - 1));
  for (const [row, line] of shown.entries()) canvas.text(area.x, area.y + row * glyphHeight, line, colour.text);
  const below = area.y + shown.length * glyphHeight;
  canvas.fill({ x: area.x, y: below + glyphHeight - 3, width: glyphWidth, height: 2 }, colour.text);
}

function wrap(line: string, columns: number): readonly string[] {
  const characters = [...line];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length || at === 0; at += columns) {
    pieces.push(characters.slice(at, at + columns).join(''));
  }
  return pieces;
}

/** Pixels to draw on; what lies outside is not drawn. */
class Canvas {
  readonly pixels = new Uint8Array(screenWidth * screenHeight);

  fill(area: Area, value: Colour): void {
    for (let y = area.y; y < area.y + area.height; y += 1) {
      this.pixels.fill(value, y * screenWidth + area.x, y * screenWidth + area.x + area.width);
    }
  }

  text(x: number, y: number, text: string, value: Colour): void {
    let left = x;
    for (const character of text) {
      if (left + glyphWidth > screenWidth) return;
      for (const [row, bits] of glyph(character).entries()) {
        for (let column = 0; column < glyphWidth; column += 1) {
          if ((bits & (128 >> column)) !== 0) this.pixels[(y + row) * screenWidth + left + column] = value;
        }
      }
      left += glyphWidth;
    }
  }
}
