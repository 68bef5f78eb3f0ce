package org.kindred.datasets;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the answer of a language model from the reasoning before it, for judges, policies, rewards
 * and supervised data alike.
 *
 * <p>Only a block at the very beginning counts (after blanks): from its opening tag to the first
 * closing tag of the same spelling; further blocks directly behind it count too. Where the prompt
 * already opened the block, everything up to the first closing tag does. Any other text is the
 * answer itself, bit by bit: a tag in its middle is a quotation and stays. Blanks between the block
 * and the answer belong to neither. Linear in the text's length.
 *
 * <p>Spellings: {@code <think>} (DeepSeek-R1, Qwen3, GLM), {@code <thinking>}, {@code <thought>},
 * {@code <thoughts>}, {@code <reasoning>}, {@code <seed:think>}, {@code <longcat_think>}, {@code
 * [THINK]} (Magistral), {@code <|begin_of_thought|>} (OpenThoughts, with its {@code
 * <|begin_of_solution|>} around the answer), {@code <|START_THINKING|>} (Command, with {@code
 * <|START_RESPONSE|>}), {@code ◁think▷} (Kimi), and the analysis channel of gpt-oss; upper and
 * lower case are the same.
 */
public final class Reasoning {

    private Reasoning() {}

    /**
     * @param reasoning the text within the blocks, without tags; empty where there is none
     * @param answer what a reader is meant to see; empty where the reasoning never ends
     * @param present whether there was a block
     * @param closed whether every block has its closing tag; true where there is none
     */
    public record Split(String reasoning, String answer, boolean present, boolean closed) {

        /** Redacted: both are generated text, which must not reach logs. */
        @Override
        public String toString() {
            return "Split[reasoning: %d characters, answer: %d characters, %s]"
                    .formatted(
                            reasoning.length(), answer.length(), closed ? "closed" : "not closed");
        }
    }

    /** One spelling, and the tags that some models put around the answer behind it. */
    private record Tags(String open, String close, String answerOpen, String answerClose) {
        Tags(String open, String close) {
            this(open, close, "", "");
        }

        static Tags named(String name) {
            return new Tags("<" + name + ">", "</" + name + ">");
        }
    }

    private static final List<Tags> SPELLINGS =
            List.of(
                    Tags.named("think"),
                    Tags.named("thinking"),
                    Tags.named("thought"),
                    Tags.named("thoughts"),
                    Tags.named("reasoning"),
                    Tags.named("seed:think"),
                    Tags.named("longcat_think"),
                    new Tags("[THINK]", "[/THINK]"),
                    new Tags("◁think▷", "◁/think▷"),
                    new Tags("<|think|>", "<|/think|>"),
                    new Tags(
                            "<|begin_of_thought|>",
                            "<|end_of_thought|>",
                            "<|begin_of_solution|>",
                            "<|end_of_solution|>"),
                    new Tags(
                            "<|START_THINKING|>",
                            "<|END_THINKING|>",
                            "<|START_RESPONSE|>",
                            "<|END_RESPONSE|>"),
                    new Tags(
                            "<|channel|>analysis<|message|>",
                            "<|channel|>final<|message|>",
                            "",
                            "<|return|>"));

    /** The split of a text whose prompt opened no block. */
    public static Split split(String text) {
        return split(text, false);
    }

    /**
     * @param openedByPrompt whether the prompt ended inside a block ({@link #isOpenAtEnd}), so that
     *     the text begins with reasoning; it then stays reasoning until a closing tag, unless the
     *     text opens a block of its own
     */
    public static Split split(String text, boolean openedByPrompt) {
        int at = afterBlanks(text, 0);
        Tags tags = opening(text, at);
        if (tags == null && !openedByPrompt) {
            return new Split("", text, false, true);
        }
        StringBuilder reasoning = new StringBuilder();
        if (tags == null) {
            int end = text.length();
            for (Tags each : SPELLINGS) {
                int close = indexOf(text, each.close(), 0, end);
                if (close >= 0) {
                    end = close;
                    tags = each;
                }
            }
            reasoning.append(text, 0, end);
            if (tags == null) {
                return new Split(reasoning.toString().strip(), "", true, false);
            }
            at = afterBlanks(text, end + tags.close().length());
        }
        Tags last = tags;
        for (Tags next = opening(text, at); next != null; next = opening(text, at)) {
            int start = at + next.open().length();
            int close = indexOf(text, next.close(), start, text.length());
            reasoning.append(text, start, close < 0 ? text.length() : close);
            if (close < 0) {
                return new Split(reasoning.toString().strip(), "", true, false);
            }
            at = afterBlanks(text, close + next.close().length());
            last = next;
        }
        return new Split(reasoning.toString().strip(), answer(text, at, last), true, true);
    }

    /**
     * The split of a served model's reply, whose prompt nobody here has seen: as {@link
     * #split(String)}, and where the first tag of all is a closing one, the server's template
     * opened the block.
     */
    public static Split splitReply(String text) {
        int firstOpen = text.length();
        int firstClose = text.length();
        for (Tags each : SPELLINGS) {
            int close = indexOf(text, each.close(), 0, firstClose);
            firstClose = close < 0 ? firstClose : close;
            int open = indexOf(text, each.open(), 0, firstOpen);
            firstOpen = open < 0 ? firstOpen : open;
        }
        return split(text, firstClose < firstOpen);
    }

    /**
     * Whether a text, such as a generation prompt, ends inside a block: its last tag is an opening
     * one with nothing but blanks behind it, as templates write it that begin the reasoning
     * themselves. One that a message only quotes has its turn's marks behind it.
     */
    public static boolean isOpenAtEnd(String prompt) {
        String written = prompt.stripTrailing();
        for (Tags each : SPELLINGS) {
            int length = each.open().length();
            if (written.regionMatches(true, written.length() - length, each.open(), 0, length)) {
                return true;
            }
        }
        return false;
    }

    /** The closing tag of the block that a text ends inside of, as {@link #isOpenAtEnd} sees it. */
    public static String closingTag(String prompt) {
        String written = prompt.stripTrailing();
        for (Tags each : SPELLINGS) {
            int length = each.open().length();
            if (written.regionMatches(true, written.length() - length, each.open(), 0, length)) {
                return each.close();
            }
        }
        throw new IllegalArgumentException("the text does not end inside a block of reasoning");
    }

    /** What stands behind the block, without the tags that its spelling puts around an answer. */
    private static String answer(String text, int from, Tags tags) {
        int start = from;
        int end = text.length();
        if (!tags.answerOpen().isEmpty() && startsWith(text, start, tags.answerOpen())) {
            start = afterBlanks(text, start + tags.answerOpen().length());
        }
        if (!tags.answerClose().isEmpty()) {
            int last = text.stripTrailing().length() - tags.answerClose().length();
            if (last >= start && startsWith(text, last, tags.answerClose())) {
                end = last;
                while (end > start && isBlank(text.charAt(end - 1))) {
                    end--;
                }
            }
        }
        return text.substring(start, end);
    }

    private static @Nullable Tags opening(String text, int at) {
        for (Tags each : SPELLINGS) {
            if (startsWith(text, at, each.open())) {
                return each;
            }
        }
        return null;
    }

    private static boolean startsWith(String text, int at, String tag) {
        return text.regionMatches(true, at, tag, 0, tag.length());
    }

    /** Where the tag first stands, wholly before the end; -1 where it does not. */
    private static int indexOf(String text, String tag, int from, int end) {
        char first = tag.charAt(0);
        for (int at = text.indexOf(first, from);
                at >= 0 && at + tag.length() <= end;
                at = text.indexOf(first, at + 1)) {
            if (startsWith(text, at, tag)) {
                return at;
            }
        }
        return -1;
    }

    private static int afterBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Blanks of every kind, with those of no width, which would hide a tag from the rule. */
    private static boolean isBlank(char c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || c == '\uFEFF'
                || (c >= '\u200B' && c <= '\u200D')
                || c == '\u2060';
    }
}
