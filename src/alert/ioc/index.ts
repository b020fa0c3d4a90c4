export type { Indicator, IndicatorType } from './indicator.ts';
export { IocList, type IocMatch } from './ioc-list.ts';
export { type LoadedIocs, loadIocs } from './ioc-loader.ts';
