// A SOCKS5 proxy (RFC 1928, without authentication) that counts what it carries each way, and
// carries no more than so many bytes a second: a link that can be watched and is slow enough to
// be interrupted anywhere.

import { connect, createServer } from 'node:net';

// What is on its way here when somebody is killed is lost; little should be.
const kPieceBytes = 32 * 1024;

export class SlowProxy {
  constructor(bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
    this.up = 0; // Bytes from the client,
    this.down = 0; // and to it.
    this.watches = []; // { way, count, reached }
    this.open = 0; // Connections that have something to carry still.
    this.waiting = [];
    this.held = undefined; // What carries on once the link is let go.
  }

  start() {
    this.server = createServer({ highWaterMark: kPieceBytes }, (client) => this.greet(client));
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        this.url = `socks5://127.0.0.1:${this.server.address().port}`;
        resolve();
      });
    });
  }

  end() {
    this.server?.close();
  }

  // Nothing more gets through, and no connection ends, until letGo.
  hold() {
    this.held ??= [];
  }

  letGo() {
    const held = this.held ?? [];
    this.held = undefined;
    for (const carryOn of held) carryOn();
  }

  // Resolves once `way` ('up' or 'down') has carried `count` bytes in all.
  reaches(way, count) {
    return new Promise((reached) => {
      this.watches.push({ way, count, reached });
    });
  }

  // Resolves once everything that was under way has arrived, and both ends know of the end.
  idle() {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.settle();
    });
  }

  settle() {
    if (this.open === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  greet(client) {
    this.open += 1;
    client.on('close', () => {
      this.open -= 1;
      this.settle();
    });
    let said = Buffer.alloc(0);
    let greeted = false;
    const listen = (bytes) => {
      said = Buffer.concat([said, bytes]);
      if (!greeted && said.length >= 2 && said.length >= 2 + said[1]) {
        said = said.subarray(2 + said[1]);
        greeted = true;
        client.write(Buffer.from([5, 0]));
      }
      const length = greeted ? requestLength(said) : undefined;
      if (length === undefined || said.length < length) return;
      client.off('data', listen);
      client.pause();
      this.carry(client, said.readUInt16BE(length - 2));
    };
    client.on('data', listen);
    client.on('error', () => client.destroy());
  }

  // Whatever the name was, the server is on this machine.
  carry(client, port) {
    const server = connect({ port, host: '127.0.0.1', highWaterMark: kPieceBytes }, () => {
      client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      this.pump(client, server, 'up');
      this.pump(server, client, 'down');
    });
    server.on('error', () => client.destroy());
    client.on('error', () => server.destroy());
  }

  pump(from, to, way) {
    from.on('data', (bytes) => {
      from.pause();
      this[way] += bytes.length;
      to.write(bytes);
      for (const watch of this.watches.filter((one) => one.way === way && this[way] >= one.count)) {
        watch.reached();
        this.watches.splice(this.watches.indexOf(watch), 1);
      }
      setTimeout(() => {
        if (this.held) this.held.push(() => from.resume());
        else from.resume();
      }, (bytes.length * 1000) / this.bytesPerSecond);
    });
    from.on('end', () => to.end());
    from.on('close', () => to.destroy());
    from.resume();
  }
}

// Of a CONNECT request, once its address type is known.
function requestLength(said) {
  if (said.length < 5) return undefined;
  const address = { 1: 4, 3: 1 + said[4], 4: 16 }[said[3]];
  return 4 + address + 2;
}
