# One image a service: docker build --build-arg SERVICE=restaurant -t tiffin/restaurant .
ARG NODE_IMAGE=node:20-slim

FROM ${NODE_IMAGE} AS build
ARG SERVICE
WORKDIR /tiffin
COPY . .
RUN test -d "services/${SERVICE:?build with --build-arg SERVICE=restaurant, rider, realtime or utils}"
RUN npm ci --include=dev && npx tsc -b "services/${SERVICE}" && node console/build.mjs

# Only what the service itself runs with: its own packages, no compiler, no tests, no sources.
FROM ${NODE_IMAGE} AS packages
ARG SERVICE
WORKDIR /tiffin
COPY package.json package-lock.json .npmrc ./
COPY shared/contracts/package.json shared/contracts/
COPY shared/platform/package.json shared/platform/
COPY services/${SERVICE}/package.json services/${SERVICE}/
RUN npm ci --omit=dev --ignore-scripts --workspace "services/${SERVICE}" --workspace shared/platform --workspace shared/contracts

FROM ${NODE_IMAGE}
ARG SERVICE
ENV NODE_ENV=production PORT=8080 SERVICE=${SERVICE}
WORKDIR /tiffin
COPY --from=packages /tiffin ./
COPY --from=build /tiffin/shared/contracts/dist shared/contracts/dist
COPY --from=build /tiffin/shared/platform/dist shared/platform/dist
COPY --from=build /tiffin/services/${SERVICE}/dist services/${SERVICE}/dist
# The console's page, which the realtime service serves.
COPY --from=build /tiffin/console/dist/page console/dist/page
USER node
EXPOSE 8080
# Alive is not ready: a database that is away must not restart the service. Who routes traffic asks /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# exec: the service itself gets SIGTERM, and drains.
CMD ["sh", "-c", "exec node services/${SERVICE}/dist/main.js"]
