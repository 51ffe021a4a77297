import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { cached } from 'memokit';

export const verified: string[] = [];

@Injectable()
export class TokenGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    return this.isValid(context.switchToHttp().getRequest().headers.authorization ?? '');
  }

  @cached({ ttl: 60_000 })
  async isValid(token: string): Promise<boolean> {
    verified.push(token);
    return token === 'secret';
  }
}
