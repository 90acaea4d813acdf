import { describe, expect, it } from 'vitest';
import { TestServer } from './test-server.js';

const answer = (): void => undefined;

describe('the port of a server that comes back', () => {
  it('is taken when it is free', async () => {
    const first = await TestServer.start(answer);
    const port = Number(first.url.port);
    const second = TestServer.start(answer, undefined, port);
    await first.close();
    const server = await second;
    expect(Number(server.url.port)).toBe(port);
    await server.close();
  });

  it('that stays taken is told as the reason', async () => {
    const other = await TestServer.start(answer);
    const port = Number(other.url.port);
    await expect(TestServer.start(answer, undefined, port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    await other.close();
  });
});
