import 'reflect-metadata';
import { afterEach, expect, jest, test } from '@jest/globals';
import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  type OnApplicationShutdown,
  Param,
  ParseIntPipe,
  Put,
  Scope,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR, REQUEST, Reflector } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { cached, cacheOf, evicts } from 'memokit';
import { RequestCacheInterceptor, request } from 'memokit/request';
import { type MemoryStore, memoryStore } from 'memokit/store';
import { map, type Observable } from 'rxjs';

const STORE = Symbol('store');

/** What has run, in order. */
let log: string[] = [];

@Injectable()
class Users {
  @cached({ per: request })
  async find(name: string): Promise<object> {
    log.push(`user ${name}`);
    return { name };
  }
}

@Injectable()
class Tasks {
  readonly titles = new Map([
    [1, 'write'],
    [2, 'test'],
  ]);

  constructor(private readonly users: Users) {}

  @cached({ ttl: 60_000 })
  async find(id: number): Promise<{ id: number; title: string | undefined }> {
    log.push(`task ${id}`);
    return { id, title: this.titles.get(id) };
  }

  @evicts<Tasks>('find', (id) => [id])
  async rename(id: number, title: string): Promise<void> {
    this.titles.set(id, title);
  }

  async of(name: string): Promise<boolean> {
    const first = await this.users.find(name);
    return first === (await this.users.find(name));
  }
}

/** A provider of which Nest makes an instance for each request. */
@Injectable({ scope: Scope.REQUEST })
class Projects {
  readonly tenant: string;

  constructor(@Inject(REQUEST) incoming: { headers: Record<string, string> }) {
    this.tenant = incoming.headers['x-tenant'] ?? 'none';
  }

  @cached()
  ofInstance(id: number): string {
    log.push(`ofInstance ${this.tenant} ${id}`);
    return `${this.tenant} ${id}`;
  }

  @cached({ per: request })
  ofRequest(id: number): string {
    log.push(`ofRequest ${this.tenant} ${id}`);
    return `${this.tenant} ${id}`;
  }

  @cached({
    per: 'class',
    key(this: Projects, id: number) {
      return [this.tenant, id];
    },
  })
  ofAll(id: number): string {
    log.push(`ofAll ${this.tenant} ${id}`);
    return `${this.tenant} ${id}`;
  }
}

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

/** Admits those whose role the metadata of the handler names. */
@Injectable()
class RoleGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.get<string[] | undefined>('roles', context.getHandler());
    log.push('guard');
    return roles === undefined || roles.includes(context.switchToHttp().getRequest().headers['x-role']);
  }
}

@Injectable()
class Wrapped implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    log.push('interceptor');
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Controller('tasks')
@UseGuards(RoleGuard)
class TasksController {
  constructor(
    private readonly tasks: Tasks,
    private readonly projects: Projects,
  ) {}

  @Get('of/:name')
  of(@Param('name') name: string): Promise<boolean> {
    return this.tasks.of(name);
  }

  @Get('projects/:id')
  project(@Param('id', ParseIntPipe) id: number): string[] {
    const { projects } = this;
    for (const _ of [1, 2]) [projects.ofInstance(id), projects.ofRequest(id), projects.ofAll(id)];
    return [projects.ofInstance(id), projects.ofRequest(id), projects.ofAll(id)];
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number): Promise<object> {
    return this.tasks.find(id);
  }

  @Put(':id/:title')
  rename(@Param('id', ParseIntPipe) id: number, @Param('title') title: string): Promise<void> {
    return this.tasks.rename(id, title);
  }
}

@Controller('handlers')
class HandlersController {
  @cached()
  @Get('above/:id')
  @UseGuards(RoleGuard)
  @UseInterceptors(Wrapped)
  @Roles('admin')
  above(@Param('id', ParseIntPipe) id: number): object {
    log.push(`above ${id}`);
    return { id };
  }

  @Get('below/:id')
  @UseGuards(RoleGuard)
  @UseInterceptors(Wrapped)
  @Roles('admin')
  @cached()
  below(@Param('id', ParseIntPipe) id: number): object {
    log.push(`below ${id}`);
    return { id };
  }
}

@Module({ providers: [{ provide: STORE, useFactory: () => memoryStore() }], exports: [STORE] })
class Stores implements OnApplicationShutdown {
  constructor(@Inject(STORE) private readonly store: MemoryStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
    log.push('store closed');
  }
}

@Module({
  imports: [Stores],
  controllers: [TasksController, HandlersController],
  providers: [Users, Tasks, Projects, { provide: APP_INTERCEPTOR, useClass: RequestCacheInterceptor }],
})
class App {}

let testing: TestingModule;
let close: (() => Promise<void>) | undefined;

afterEach(async () => {
  await close?.();
  close = undefined;
});

/** Starts the application. Returns a function that sends a request to it. */
async function start() {
  log = [];
  testing = await Test.createTestingModule({ imports: [App] }).compile();
  const app = testing.createNestApplication({ logger: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  close = () => app.close();
  const url = await app.getUrl();
  return async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(`${url}/${path}`, { method, headers });
    const text = await response.text();
    return [response.status, /^[[{tf]/.test(text) ? JSON.parse(text) : text];
  };
}

test('a provider keeps results for all requests, and a method that evicts ends them', async () => {
  const send = await start();
  await Promise.all([send('tasks/1'), send('tasks/1')]);
  expect(await send('tasks/1')).toEqual([200, { id: 1, title: 'write' }]);
  await send('tasks/1/read', {}, 'PUT');
  expect(await send('tasks/1')).toEqual([200, { id: 1, title: 'read' }]);
  expect(log.filter((entry) => entry !== 'guard')).toEqual(['task 1', 'task 1']);
});

test.each(['above', 'below'])(
  'a handler with @cached %s its other decorators keeps route, guards, interceptors, pipes and metadata',
  async (place) => {
    const send = await start();
    const admin = { 'x-role': 'admin' };
    const path = `handlers/${place}/7`;
    expect(await send(path, admin)).toEqual([200, { data: { id: 7 } }]);
    expect(await send(path, admin)).toEqual([200, { data: { id: 7 } }]);
    expect((await send(path))[0]).toBe(403);
    expect((await send(`handlers/${place}/seven`, admin))[0]).toBe(400);
    const runs = ['guard', 'interceptor'];
    expect(log).toEqual([...runs, `${place} 7`, ...runs, 'guard', ...runs]);
    const handler = HandlersController.prototype[place as 'above'];
    expect(Reflect.getMetadata('roles', handler)).toEqual(['admin']);
    expect(Reflect.getMetadata('design:paramtypes', HandlersController.prototype, place)).toEqual([Number]);
  },
);

test('with per: request a provider loads once for each request', async () => {
  const send = await start();
  expect(await Promise.all([send('tasks/of/ann'), send('tasks/of/bob')])).toEqual([
    [200, true],
    [200, true],
  ]);
  expect(await send('tasks/of/ann')).toEqual([200, true]);
  expect(log.filter((entry) => entry !== 'guard').sort()).toEqual(['user ann', 'user ann', 'user bob']);
});

test('a provider of request scope keeps results for a request, and with per: class and a key for all', async () => {
  const send = await start();
  for (const tenant of ['acme', 'acme', 'bolt']) {
    const text = `${tenant} 1`;
    expect(await send('tasks/projects/1', { 'x-tenant': tenant })).toEqual([200, [text, text, text]]);
  }
  const loads = (name: string) => log.filter((entry) => entry.startsWith(name));
  expect(loads('ofInstance')).toEqual(['acme', 'acme', 'bolt'].map((tenant) => `ofInstance ${tenant} 1`));
  expect(loads('ofRequest')).toEqual(['acme', 'acme', 'bolt'].map((tenant) => `ofRequest ${tenant} 1`));
  expect(loads('ofAll')).toEqual(['acme', 'bolt'].map((tenant) => `ofAll ${tenant} 1`));
});

test('jest.spyOn sees the calls of a provider, may replace its cached method, and gives it back', async () => {
  const send = await start();
  const tasks = testing.get(Tasks);
  const spy = jest.spyOn(tasks, 'find');
  await send('tasks/1');
  await send('tasks/1');
  expect(spy).toHaveBeenCalledTimes(2);
  expect(log.filter((entry) => entry !== 'guard')).toEqual(['task 1']);
  spy.mockResolvedValue({ id: 1, title: 'a mock' });
  expect(await send('tasks/1')).toEqual([200, { id: 1, title: 'a mock' }]);
  spy.mockRestore();
  expect(await send('tasks/1')).toEqual([200, { id: 1, title: 'write' }]);
  expect(cacheOf(tasks, 'find').size).toBe(1);
});

test('each testing module has providers with empty caches, which it may override', async () => {
  await (await start())('tasks/1');
  await close!();
  close = undefined;
  expect(cacheOf(testing.get(Tasks), 'find').size).toBe(1);
  await start();
  expect(cacheOf(testing.get(Tasks), 'find').size).toBe(0);
  const overridden = await Test.createTestingModule({ imports: [App] })
    .overrideProvider(Users)
    .useValue({ find: async () => 'a mock' })
    .compile();
  expect(await overridden.get(Tasks).of('ann')).toBe(true);
  expect(log).toEqual([]);
  await overridden.close();
});

test('a store is closed as the application shuts down', async () => {
  await start();
  const store: MemoryStore = testing.get(STORE);
  expect(store.state.status).toBe('working');
  await close!();
  close = undefined;
  expect(log).toEqual(['store closed']);
});
