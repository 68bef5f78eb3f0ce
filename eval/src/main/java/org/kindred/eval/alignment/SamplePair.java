package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two policies' completions for the same user, prompt and number.
 *
 * @param policy completion of the policy that is compared
 * @param baseline completion of the one it is compared with
 */
public record SamplePair(Sample policy, Sample baseline) {

    /** All pairs, in the order of the policy's completions; what only one answered is left out. */
    public static List<SamplePair> of(List<Sample> samples, String policy, String baseline) {
        Map<String, Sample> partners = new LinkedHashMap<>();
        samples.stream()
                .filter(s -> s.policy().equals(baseline))
                .forEach(s -> partners.put(s.prompt() + "/" + s.index(), s));
        List<SamplePair> pairs = new ArrayList<>();
        for (Sample sample : samples) {
            Sample partner = partners.get(sample.prompt() + "/" + sample.index());
            if (sample.policy().equals(policy) && partner != null) {
                pairs.add(new SamplePair(sample, partner));
            }
        }
        return pairs;
    }

    /** {@code policy - baseline} in every measure; NaN where one has none. */
    Sample difference() {
        return new Sample(
                policy.policy(),
                policy.userId(),
                policy.seen(),
                policy.inDomain(),
                policy.group(),
                policy.prototype(),
                policy.prompt(),
                policy.index(),
                policy.reward() - baseline.reward(),
                policy.utility() - baseline.utility(),
                policy.evaluation() - baseline.evaluation(),
                0,
                "");
    }
}
