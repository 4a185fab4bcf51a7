/** Has the browser fetch a file, a decoder, that is asked for once the engine is there. */
export function fetchAhead(url: string): void {
    const link = document.createElement("link");
    Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: url });
    document.head.append(link);
}
