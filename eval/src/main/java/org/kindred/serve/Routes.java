package org.kindred.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.policy.advantage.Divisor;
import org.kindred.policy.advantage.Moments;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * What each route of the service answers, from a parsed body to JSON. The shapes of other servers'
 * routes are theirs: {@code /get_reward} of OpenRLHF, {@code /rm} of slime, {@code /v1/rerank} and
 * {@code /v1/score} of vLLM.
 */
final class Routes {
    private static final String LONE_RUN = "default";

    private final RewardService service;
    private final Metrics metrics;

    /** What the address of a request says besides its path. */
    interface Query {
        @Nullable String get(String key);
    }

    Routes(RewardService service, Metrics metrics) {
        this.service = service;
        this.metrics = metrics;
    }

    /** {@code POST /v1/rewards}. */
    JsonNode rewards(JsonNode body, Deadline deadline) {
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode results = answer.putArray("results");
        entries(Requests.rewards(body), deadline).forEach(entry -> results.add(result(entry)));
        return answer;
    }

    private List<Entry> entries(RewardsRequest request, Deadline deadline) {
        List<Entry> entries = service.rewards(request, deadline);
        metrics.items(entries);
        return entries;
    }

    private static ObjectNode result(Entry entry) {
        ObjectNode result = Json.mapper().createObjectNode();
        result.put("id", entry.id()).put("status", entry.status());
        result.put("raw", entry.raw()).put("reward", entry.reward()).put("group", entry.group());
        if (entry.reason() == null) {
            result.put("cold", entry.cold());
        } else {
            result.put("reason", entry.reason());
        }
        return result;
    }

    /**
     * {@code POST /get_reward}: {@code query} (prompt and response), {@code prompts}, {@code
     * labels}, lists of one length. OpenRLHF dies of a missing number, so a completion without a
     * reward gets 0, the mean of its group so far, and is counted in {@code kindred_unscored}.
     */
    JsonNode getReward(JsonNode body, Query query, Deadline deadline) {
        JsonNode texts = list(body, "query", -1);
        JsonNode prompts = list(body, "prompts", texts.size());
        JsonNode labels = list(body, "labels", texts.size());
        String call = UUID.randomUUID().toString();
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String response =
                    Requests.responseOf(
                            texts.get(i).asText(), prompts.get(i).asText(), "query[" + i + "]");
            items.add(
                    Requests.labelled(
                            labels.get(i),
                            "labels[" + i + "]",
                            prompts.get(i),
                            response,
                            call + "/" + i));
        }
        List<Entry> entries = bareEntries(stream(items, query), deadline);
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode rewards = answer.putArray("rewards");
        ArrayNode scores = answer.putArray("scores");
        ArrayNode unscored = answer.putObject("extra_logs").putArray("kindred_unscored");
        for (Entry entry : entries) {
            rewards.add(neutral(entry, entry.reward()));
            scores.add(neutral(entry, entry.raw()));
            unscored.add(entry.raw() == null ? 1.0 : 0.0);
        }
        return answer;
    }

    /** {@code POST /rm}: prompt, response and label of one sample; the answer is a bare number. */
    JsonNode rm(JsonNode body, Query query, Deadline deadline) {
        Item item =
                Requests.labelled(
                        body.path("label"),
                        "label",
                        body.path("prompt"),
                        Requests.string(body, "", "response"),
                        UUID.randomUUID().toString());
        Entry entry = bareEntries(stream(List.of(item), query), deadline).get(0);
        return Json.mapper().getNodeFactory().numberNode(neutral(entry, entry.reward()));
    }

    /**
     * For replies of numbers alone: 0 stands for an unscored one only where a history gives it a
     * sense.
     */
    private List<Entry> bareEntries(RewardsRequest request, Deadline deadline) {
        List<Entry> entries = entries(request, deadline);
        for (int i = 0; request.normalise() == Normalise.NONE && i < entries.size(); i++) {
            if (entries.get(i).raw() == null) {
                throw ServeException.of(
                        422,
                        "completion "
                                + (i + 1)
                                + " of "
                                + entries.size()
                                + " has no score ("
                                + entries.get(i).reason()
                                + "), and a raw 0 would be read as one; ask with normalise=stream, by"
                                + " which 0 is the mean of the group");
            }
        }
        return entries;
    }

    /** These routes pass no step: what they normalise by are windows. */
    private static RewardsRequest stream(List<Item> items, Query query) {
        String run = query.get("run");
        String normalise = query.get("normalise");
        Normalise mode = normalise == null ? Normalise.STREAM : Requests.normalise(normalise);
        if (mode != Normalise.STREAM && mode != Normalise.NONE) {
            throw ServeException.malformed(
                    "normalise: this route passes no step; ask for stream (default) or none");
        }
        return new RewardsRequest(run == null ? LONE_RUN : run, null, mode, 0, false, items);
    }

    private static double neutral(Entry entry, @Nullable Double value) {
        if (value != null) {
            return value;
        }
        if (Entry.FAILED.equals(entry.status()) && "UNKNOWN_USER".equals(entry.reason())) {
            throw ServeException.of(404, "user: not known to the served data");
        }
        return 0;
    }

    private static JsonNode list(JsonNode body, String key, int size) {
        JsonNode list = body.path(key);
        if (!list.isArray() || list.isEmpty() || size >= 0 && list.size() != size) {
            throw ServeException.malformed(
                    key
                            + ": must be a list"
                            + (size < 0 ? " that is not empty" : " as long as query, " + size));
        }
        return list;
    }

    /** {@code POST /v1/rerank}: query, documents, user; the best first, unscored ones last. */
    JsonNode rerank(JsonNode body, Deadline deadline) {
        JsonNode documents = list(body, "documents", -1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            JsonNode one = documents.get(i);
            texts.add(
                    one.isObject()
                            ? Requests.string(one, "documents[" + i + "]", "text")
                            : Requests.text(documents, i));
        }
        List<ScoreOutcome> scores =
                service.points(
                        Requests.word(body, "", "user"),
                        Requests.string(body, "", "query"),
                        texts,
                        deadline);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble(i -> -value(scores.get(i))));
        JsonNode top = body.path("top_n");
        if (!Requests.isAbsent(top) && (!top.isIntegralNumber() || top.asInt() < 1)) {
            throw ServeException.malformed("top_n: must be a whole number of 1 or more");
        }
        int most = Requests.isAbsent(top) ? order.size() : Math.min(order.size(), top.asInt());
        ObjectNode answer = head("rerank");
        ArrayNode results = answer.putArray("results");
        for (int i : order.subList(0, most)) {
            ObjectNode result = results.addObject();
            result.put("index", i);
            if (body.path("return_documents").asBoolean(false)) {
                result.putObject("document").put("text", texts.get(i));
            }
            put(result, "relevance_score", scores.get(i));
        }
        return answer;
    }

    private static double value(ScoreOutcome outcome) {
        return outcome instanceof ScoreOutcome.Scored scored
                ? scored.value()
                : Double.NEGATIVE_INFINITY;
    }

    private static void put(ObjectNode into, String key, ScoreOutcome outcome) {
        if (outcome instanceof ScoreOutcome.Scored scored) {
            into.put(key, scored.value());
        } else {
            into.putNull(key);
            into.put("reason", ((ScoreOutcome.Failed) outcome).reason());
        }
    }

    private ObjectNode head(String kind) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("id", kind + "-" + UUID.randomUUID());
        answer.put("model", service.judge());
        answer.putObject("usage").put("total_tokens", 0);
        return answer;
    }

    /** {@code POST /v1/score}: text_1 (prompts), text_2 (responses), user; a score a pair. */
    JsonNode score(JsonNode body, Deadline deadline) {
        List<String> prompts = Requests.texts(body, "text_1");
        List<String> responses = Requests.texts(body, "text_2");
        if (prompts.size() != 1 && prompts.size() != responses.size()) {
            throw ServeException.malformed(
                    "text_1: must be one text, or a list as long as text_2, " + responses.size());
        }
        String user = Requests.word(body, "", "user");
        List<ScoreOutcome> scores = new ArrayList<>();
        if (prompts.size() == 1) {
            scores.addAll(service.points(user, prompts.get(0), responses, deadline));
        } else {
            for (int i = 0; i < prompts.size(); i++) {
                scores.addAll(
                        service.points(user, prompts.get(i), List.of(responses.get(i)), deadline));
            }
        }
        ObjectNode answer = head("score");
        answer.put("object", "list");
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < scores.size(); i++) {
            ObjectNode one = data.addObject();
            one.put("index", i).put("object", "score");
            put(one, "score", scores.get(i));
        }
        return answer;
    }

    /**
     * {@code GET /v1/history?run=NAME}; without a name, what runs there are, and who judges whom.
     */
    JsonNode history(Query query) {
        String run = query.get("run");
        if (run == null) {
            ObjectNode answer = Json.mapper().createObjectNode();
            ArrayNode runs = answer.putArray("runs");
            service.runs().keySet().forEach(runs::add);
            answer.put("judge", service.judge()).put("users", service.users());
            ArrayNode groups = answer.putArray("groups");
            service.groups().forEach(groups::add);
            return answer;
        }
        RunHistory history = service.begun(run);
        if (history == null) {
            throw ServeException.of(404, "run: no reward was normalised under this name yet");
        }
        return told(run, history);
    }

    private static JsonNode told(String run, RunHistory history) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("run", run);
        Normalise mode = history.mode();
        answer.put("normalise", mode == null ? null : mode.name().toLowerCase(Locale.ROOT));
        StepKey newest = history.newestStep();
        if (newest == null) {
            answer.putNull("step");
        } else {
            answer.putArray("step").add(newest.step()).add(newest.rollout());
        }
        answer.put("steps", history.steps());
        ObjectNode groups = Journal.json(history.now());
        for (Map.Entry<String, Moments> group : history.now().groups().entrySet()) {
            if (group.getValue().count() > 0
                    && groups.get(group.getKey()) instanceof ObjectNode of) {
                of.put("std", group.getValue().std(Divisor.POP));
            }
        }
        answer.set("groups", groups);
        return answer;
    }

    /**
     * {@code PUT /v1/history}: {@code {run, normalise, groups: {name: {n, mean, m2}}}} in place of
     * all that the run has earned; {@code tail} as {@code GET} gives it makes it exact.
     */
    JsonNode replace(JsonNode body) {
        String run = Requests.string(body, "", "run");
        Normalise mode = Requests.normalise(body.path("normalise"));
        if (mode == Normalise.NONE) {
            throw ServeException.malformed("normalise: must be frozen, batch or stream");
        }
        JsonNode groups = body.path("groups");
        if (!groups.isObject()) {
            throw ServeException.malformed(
                    "groups: must be an object of groups, each with n, mean and m2");
        }
        GroupMoments with;
        try {
            with = Journal.moments(groups);
        } catch (IllegalArgumentException e) {
            throw ServeException.malformed(
                    "groups: each needs n and m2 of 0 or more and a mean, all finite numbers");
        }
        for (String name : with.groups().keySet()) {
            if (!service.groups().contains(name)) {
                throw ServeException.malformed(
                        "groups: one is no preference group of the served run, which has "
                                + service.groups());
            }
        }
        RunHistory history = service.history(run);
        history.replace(mode, with);
        return told(run, history);
    }
}
