import {
  Body,
  Controller,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Put,
  Query,
  UseGuards,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { cached } from 'memokit';
import { type Cat, CatsService } from './cats.service';
// biome-ignore lint/style/useImportType: the validation pipe reads the class from the metadata of the parameters.
import { FindCats } from './find-cats.dto';
import { TenantService } from './tenant.service';
import { TokenGuard } from './token.guard';

@Controller('cats')
@UseGuards(TokenGuard)
@UsePipes(new ValidationPipe({ transform: true }))
class CatsController {
  #calls = 0;

  constructor(private readonly cats: CatsService) {}

  @Get()
  find(@Query() query: FindCats): Promise<Cat[]> {
    return this.cats.find(query);
  }

  @Get('by-identity')
  findByIdentity(@Query() query: FindCats): Promise<Cat[]> {
    return this.cats.findByIdentity(query);
  }

  /** Nest reads the route from the function, and `@cached` copies it whichever of the two stands above. */
  @Get('cached-below')
  @cached()
  cachedBelow(@Query('q') q: string): string {
    return `${q} ${++this.#calls}`;
  }

  @cached()
  @Get('cached-above')
  cachedAbove(@Query('q') q: string): string {
    return `${q} ${++this.#calls}`;
  }

  @Get(':id')
  get(@Param('id', ParseIntPipe) id: number): Promise<Cat> {
    return this.cats.get(id);
  }

  @Put(':id')
  async rename(@Param('id', ParseIntPipe) id: number, @Body('name') name: string): Promise<void> {
    await this.cats.rename(id, name);
  }
}

@Controller('tenants')
class TenantController {
  constructor(private readonly tenants: TenantService) {}

  @Get(':id')
  async get(@Param('id', ParseIntPipe) id: number): Promise<string[]> {
    await this.tenants.ofRequest(id);
    await this.tenants.ofAll(id);
    return [await this.tenants.ofRequest(id), await this.tenants.ofAll(id)];
  }
}

@Module({ controllers: [CatsController, TenantController], providers: [CatsService, TenantService] })
export class AppModule {}
