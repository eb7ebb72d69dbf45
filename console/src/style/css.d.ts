/** Style sheets are gathered by the bundler; to the compiler they are nothing. */
declare module '*.css';
