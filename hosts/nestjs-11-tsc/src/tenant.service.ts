import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { cached } from 'memokit';

export const tenantLoads: string[] = [];

/** Nest makes an instance of this provider for each request. */
@Injectable({ scope: Scope.REQUEST })
export class TenantService {
  private readonly tenant: string;

  constructor(@Inject(REQUEST) request: { headers: Record<string, string> }) {
    this.tenant = request.headers['x-tenant'] ?? 'none';
  }

  /** Cached by each instance, and so for one request. */
  @cached()
  async ofRequest(id: number): Promise<string> {
    tenantLoads.push(`ofRequest ${this.tenant} ${id}`);
    return `${this.tenant} ${id}`;
  }

  /** Cached for all requests, so the tenant is a part of the key. */
  @cached({
    per: 'class',
    key(this: TenantService, id: number) {
      return [this.tenant, id];
    },
  })
  async ofAll(id: number): Promise<string> {
    tenantLoads.push(`ofAll ${this.tenant} ${id}`);
    return `${this.tenant} ${id}`;
  }
}
