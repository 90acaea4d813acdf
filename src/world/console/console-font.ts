/** Size of one character of the console, in pixels. */
export const glyphWidth = 8;
export const glyphHeight = 16;

/**
 * Shapes of the characters from space to `~`, in order. Each has eight rows, one digit of base 32 per row, whose five
 * bits are the dots from left to right.
 */
const shapes = `
  00000000 44444040 aa000000 aavavaa0 4fke5u40 op248j30 cik8lid0 44000000
  24888420 84222480 04lel400 044v4400 00000448 000v0000 00000cc0 01248g00
  ehjlphe0 4c4444e0 eh1248v0 v2421he0 26aiv220 vgu11he0 68guhhe0 v1248880
  ehhehhe0 ehhf12c0 0cc0cc00 0cc0c480 248g8420 00v0v000 84212480 eh124040
  eh1dlle0 ehhvhhh0 uhhuhhu0 ehggghe0 sihhhis0 vgguggv0 vgguggg0 ehgnhhf0
  hhhvhhh0 e44444e0 72222ic0 hikokih0 ggggggv0 hrllhhh0 hhpljhh0 ehhhhhe0
  uhhuggg0 ehhhlid0 uhhukih0 fgge11u0 v4444440 hhhhhhe0 hhhhha40 hhhllla0
  hha4ahh0 hhha4440 v1248gv0 e88888e0 0g842100 e22222e0 4ah00000 0000000v
  84200000 00e1fhf0 ggmphhu0 00egghe0 11djhhf0 00ehvge0 698s8880 00fhhf1e
  ggmphhh0 40c444e0 206222ic ggikoki0 c44444e0 00qllhh0 00mphhh0 00ehhhe0
  00uhhugg 00djhf11 00mpggg0 00ege1u0 88s88960 00hhhjd0 00hhha40 00hhlla0
  00ha4ah0 00hhhf1e 00v248v0 24484420 44444444 84424480 008l2000`
  .trim()
  .split(/\s+/u);

/** A box, for every character that has no shape. */
const unknownShape = 'vhhhhhv0';

/** Dots of a shape are one pixel wide, the outer two columns two, as upright strokes of console fonts are. */
const columnPixels = [0, 0, 1, 2, 3, 4, 4];

const firstCode = 0x20;

/** By shape, as they are needed: most processes that load this draw nothing. */
const glyphs = new Map<string, Uint8Array>();

/** Rows of a character from the top, one byte each: the highest bit is the leftmost pixel. */
export function glyph(character: string): Uint8Array {
  const shape = shapes[(character.codePointAt(0) ?? 0) - firstCode] ?? unknownShape;
  let rows = glyphs.get(shape);
  if (rows === undefined) glyphs.set(shape, (rows = glyphOf(shape)));
  return rows;
}

function glyphOf(shape: string): Uint8Array {
  const rows = new Uint8Array(glyphHeight);
  for (let y = 0; y < glyphHeight; y += 1) {
    const dots = Number.parseInt(shape[y >> 1] ?? '0', 32);
    for (const [x, column] of columnPixels.entries())
      if ((dots & (16 >> column)) !== 0) rows[y] = (rows[y] ?? 0) | (128 >> x);
  }
  return rows;
}
