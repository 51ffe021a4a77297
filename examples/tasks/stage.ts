import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Asked, ask } from './client.js';
import { Collector, type SpanTree } from './collector.js';
import { Instance } from './instance.js';

/** An instance of the service, and a collector of its spans. */
export class Stage {
  readonly collector: Collector;
  readonly instance: Instance;

  /**
   * @param settings The environment variables of the service, beside those of this process.
   * @param args The arguments of node that run the service.
   */
  static async set(settings: NodeJS.ProcessEnv, args?: readonly string[]): Promise<Stage> {
    const collector = await Collector.start();
    try {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        // Spans are to be seen at once, and none may be lost; the defaults are 5 s and 2048.
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BSP_MAX_QUEUE_SIZE: '100000',
        ...settings,
      };
      return new Stage(collector, await Instance.start(env, args));
    } catch (error) {
      await collector.end();
      throw error;
    }
  }

  private constructor(collector: Collector, instance: Instance) {
    this.collector = collector;
    this.instance = instance;
  }

  ask(asked: Asked): Promise<Answer> {
    return ask(this.instance.url, asked);
  }

  /** Opens so many connections, which the next requests use. */
  async connect(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.ask({ path: '/health' })));
  }

  /** Asks for several things at once, over connections that are there before, so that the requests arrive together. */
  async askTogether(all: readonly Asked[]): Promise<Answer[]> {
    await this.connect(all.length);
    return Promise.all(all.map((asked) => this.ask(asked)));
  }

  /** The tree of the spans that the service has made for an answer, once the collector has it. */
  async treeOf({ traceId }: Answer): Promise<SpanTree> {
    for (const end = performance.now() + 10_000; performance.now() < end; await sleep(10)) {
      // A span is sent when it has ended, and that of the request ends last.
      const tree = this.collector.trees(traceId).find(({ name }) => /^(GET|POST|PUT|DELETE) /.test(name));
      if (tree) return tree;
    }
    throw new Error(`the spans of trace ${traceId} have not arrived`);
  }

  treesOf(answers: readonly Answer[]): Promise<SpanTree[]> {
    return Promise.all(answers.map((answer) => this.treeOf(answer)));
  }

  /** Ends both. Returns the exit code of the instance. */
  async clear(): Promise<number | null> {
    const code = await this.instance.end();
    await this.collector.end();
    return code;
  }
}
