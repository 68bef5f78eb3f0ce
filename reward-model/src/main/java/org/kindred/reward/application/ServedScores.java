package org.kindred.reward.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Scores from {@code POST /v1/score}, in the shape of vLLM's route with the user beside it: {@code
 * {"user", "text_1": query, "text_2": [answers]}} gives {@code {"data": [{"index", "score"}]}}; an
 * entry without a number has a {@code reason}. A busy service is asked again until the time is
 * over.
 */
final class ServedScores implements KindredScoringModel.Scores {
    private static final Set<Integer> BUSY = Set.of(429, 502, 503, 504);
    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long LONGEST_WAIT_MILLIS = 5_000;
    private static final int SHOWN_REASON = 300;

    private final URI address;
    private final String userId;
    private final @Nullable String token;
    private final Duration timeout;
    private final HttpClient http;

    ServedScores(URI service, String userId, @Nullable String token, Duration timeout) {
        if (service.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "the service's address holds a user or password; give the token by itself");
        }
        this.address = URI.create(service.toString().replaceFirst("/+$", "") + "/v1/score");
        this.userId = userId;
        this.token = token;
        this.timeout = timeout;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER) // texts go to no other address
                        .connectTimeout(timeout)
                        .build();
    }

    @Override
    public List<ScoreOutcome> of(String query, List<String> answers) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("user", userId);
        body.put("text_1", query);
        body.put("text_2", answers);
        JsonNode reply = post(Json.line(body));
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            outcomes.add(new ScoreOutcome.Failed("NOT_IN_THE_REPLY", 1));
        }
        for (JsonNode entry : reply.path("data")) {
            int index = entry.path("index").asInt(-1);
            if (index >= 0 && index < outcomes.size()) {
                outcomes.set(index, outcome(entry));
            }
        }
        return outcomes;
    }

    private static ScoreOutcome outcome(JsonNode entry) {
        JsonNode score = entry.path("score");
        if (score.isNumber() && Double.isFinite(score.doubleValue())) {
            return new ScoreOutcome.Scored(score.doubleValue());
        }
        String reason = entry.path("reason").asText("");
        return new ScoreOutcome.Failed(reason.isBlank() ? "NO_NUMBER" : reason, 1);
    }

    private JsonNode post(String body) {
        long end = System.nanoTime() + timeout.toNanos();
        long wait = FIRST_WAIT_MILLIS;
        while (true) {
            String last;
            long asked = -1;
            try {
                HttpResponse<String> reply =
                        http.send(
                                request(body, Math.max(1, end - System.nanoTime())),
                                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                if (reply.statusCode() == 200) {
                    return Json.mapper().readTree(reply.body());
                }
                if (!BUSY.contains(reply.statusCode())) {
                    throw new KindredException(
                            address + " refused with " + reply.statusCode() + ": " + reason(reply));
                }
                last = "status " + reply.statusCode();
                asked = seconds(reply);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KindredException("stopped while waiting for " + address);
            } catch (JsonProcessingException e) { // whose message quotes the reply
                throw new KindredException(address + " answered no JSON: is it kindred serve?");
            } catch (IOException e) {
                last = e.getClass().getSimpleName();
            }
            long pause = asked >= 0 ? TimeUnit.SECONDS.toMillis(asked) : wait;
            wait = Math.min(LONGEST_WAIT_MILLIS, 2 * wait);
            if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause) >= end) {
                throw new KindredException(
                        address
                                + " gave no answer within "
                                + timeout.toSeconds()
                                + " s, last "
                                + last
                                + "; is kindred serve running there?");
            }
            pause(pause);
        }
    }

    private void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KindredException("stopped while waiting for " + address);
        }
    }

    private HttpRequest request(String body, long nanos) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .timeout(Duration.ofNanos(nanos))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (token != null && !token.isBlank()) {
            request.header("Authorization", "Bearer " + token.strip());
        }
        return request.build();
    }

    /** Seconds of Retry-After; -1 where there are none. */
    private static long seconds(HttpResponse<String> reply) {
        String value = reply.headers().firstValue("Retry-After").orElse("").strip();
        return value.matches("[0-9]{1,9}") ? Long.parseLong(value) : -1;
    }

    private static String reason(HttpResponse<String> reply) {
        try {
            String words = Json.mapper().readTree(reply.body()).path("error").asText("");
            return words.isBlank()
                    ? "no reason given"
                    : words.substring(0, Math.min(SHOWN_REASON, words.length()));
        } catch (JsonProcessingException e) {
            return "no reason given";
        }
    }
}
