export const LICENCES: string;
export function listLicences(): { name: string; version: string; licence: string }[];
export function licencesText(): string;
