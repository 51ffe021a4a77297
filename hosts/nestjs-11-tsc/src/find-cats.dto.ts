import { Type } from 'class-transformer';
import { IsInt, IsString, Max } from 'class-validator';

export class FindCats {
  @IsString()
  prefix: string;

  @IsInt()
  @Max(100)
  @Type(() => Number)
  limit: number;
}
