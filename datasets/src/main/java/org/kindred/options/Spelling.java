package org.kindred.options;

import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Enum constants as files and flags spell them: in lower case, {@code p_grpo}; read in any case and
 * with hyphens for underscores. Some options put a number behind a colon, such as {@code ema:0.1}
 * or {@code window:50}.
 */
public final class Spelling {

    private Spelling() {}

    /** A value split at its colon; {@code number} is NaN where there is none. */
    private record Parts(String word, double number) {}

    /** The lower-case name of an enum constant. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The name with its number, whole numbers without a fraction. */
    public static String of(Enum<?> constant, double number) {
        boolean whole = number == Math.rint(number) && Math.abs(number) < 1e15;
        return of(constant) + ":" + (whole ? Long.toString((long) number) : "" + number);
    }

    /** All constants of an enum, for messages: {@code grpo, dr_grpo, rloo}. */
    public static String known(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(Spelling::of)
                .collect(Collectors.joining(", "));
    }

    /**
     * The constant of that spelling.
     *
     * @param key the option, for the message
     * @throws IllegalArgumentException if no constant is spelled so; the message lists all
     */
    public static <E extends Enum<E>> E parse(Class<E> type, String key, String text) {
        String word = text.strip().replace('-', '_').toLowerCase(Locale.ROOT);
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equals(word)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(key + " = " + text + ": must be one of " + known(type));
    }

    /** The constant of the word before the colon. */
    public static <E extends Enum<E>> E word(Class<E> type, String key, String text) {
        return parse(type, key, split(key, text).word());
    }

    /**
     * The number behind the colon.
     *
     * @return NaN if there is no colon
     */
    public static double number(String key, String text) {
        return split(key, text).number();
    }

    private static Parts split(String key, String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new Parts(text, Double.NaN);
        }
        try {
            double number = Double.parseDouble(text.substring(colon + 1));
            if (Double.isFinite(number)) {
                return new Parts(text.substring(0, colon), number);
            }
        } catch (NumberFormatException notANumber) {
            // reported below, together with NaN and infinities
        }
        throw new IllegalArgumentException(
                key + " = " + text + ": what follows the colon must be a finite number");
    }

    /**
     * Writes every enum in lower case, as value and as key of a map, and reads hyphens too. Mappers
     * that shall read any case enable {@code ACCEPT_CASE_INSENSITIVE_ENUMS}. Names given by
     * {@code @JsonProperty} or {@code @JsonValue} stay.
     */
    public static Module jackson() {
        return new SimpleModule("spelling") {
            private static final long serialVersionUID = 1L;

            @Override
            public void setupModule(SetupContext context) {
                super.setupModule(context);
                context.insertAnnotationIntrospector(new LowerCase());
            }
        };
    }

    private static final class LowerCase extends NopAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public String[] findEnumValues(
                MapperConfig<?> config, AnnotatedClass type, Enum<?>[] constants, String[] names) {
            for (int i = 0; i < constants.length; i++) {
                names[i] = names[i] == null ? of(constants[i]) : names[i];
            }
            return names;
        }

        @Override
        public void findEnumAliases(
                MapperConfig<?> config,
                AnnotatedClass type,
                Enum<?>[] constants,
                String[][] aliases) {
            for (int i = 0; i < constants.length; i++) {
                aliases[i] =
                        new String[] {
                            of(constants[i]).replace('_', '-'),
                            constants[i].name() // keys of maps know no case-insensitive reading
                        };
            }
        }
    }
}
