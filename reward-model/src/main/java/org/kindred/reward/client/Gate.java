package org.kindred.reward.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds calls back: a limit a second, and a pause for all while most calls fail. */
final class Gate {
    private final @Nullable RateLimiter limiter;
    private final CircuitBreaker breaker;
    private final Ticker ticker;
    private final long pause;

    /**
     * @param opened called when most calls have failed and all of them pause
     */
    Gate(ClientOptions options, Ticker ticker, Runnable opened) {
        this.ticker = ticker;
        this.pause = TimeUnit.MILLISECONDS.toNanos(options.breakerWaitMillis()) / 4 + 1;
        limiter =
                options.requestsPerSecond() == 0
                        ? null
                        : RateLimiter.of(
                                "judge",
                                RateLimiterConfig.custom()
                                        .limitForPeriod(1)
                                        .limitRefreshPeriod(
                                                Duration.ofNanos(
                                                        1_000_000_000L
                                                                / options.requestsPerSecond()))
                                        .timeoutDuration(Duration.ofDays(1))
                                        .build());
        breaker =
                CircuitBreaker.of(
                        "judge",
                        CircuitBreakerConfig.custom()
                                .slidingWindowSize(options.breakerWindow())
                                .minimumNumberOfCalls(options.breakerWindow())
                                .failureRateThreshold((float) (100 * options.breakerShare()))
                                .waitDurationInOpenState(
                                        Duration.ofMillis(options.breakerWaitMillis()))
                                .permittedNumberOfCallsInHalfOpenState(2)
                                .clock(clock(ticker))
                                .currentTimestampFunction(
                                        clock -> ticker.nanos(), TimeUnit.NANOSECONDS)
                                .build());
        if (options.breakerShare() == 1) {
            breaker.transitionToDisabledState();
        }
        breaker.getEventPublisher()
                .onStateTransition(
                        event -> {
                            if (event.getStateTransition().getToState()
                                    == CircuitBreaker.State.OPEN) {
                                opened.run();
                            }
                        });
    }

    /** The same time for pauses as for everything else. */
    private static Clock clock(Ticker ticker) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.EPOCH.plusNanos(ticker.nanos());
            }
        };
    }

    /**
     * Waits for leave to call.
     *
     * @param latest ticker time after which it is not worth it
     * @return false if it did not come in time; then the call must not be made
     */
    boolean enter(long latest) {
        try {
            if (limiter != null) {
                long wait = limiter.reservePermission();
                if (wait < 0 || wait >= latest - ticker.nanos()) {
                    return false;
                }
                if (wait > 0) {
                    ticker.sleep(wait);
                }
            }
            while (!breaker.tryAcquirePermission()) {
                if (pause >= latest - ticker.nanos()) {
                    return false;
                }
                ticker.sleep(pause);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void worked() {
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }

    void broke() {
        breaker.onError(0, TimeUnit.NANOSECONDS, CallException.passing("CALL"));
    }
}
