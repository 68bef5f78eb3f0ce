package org.kindred.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Sha256;

/**
 * Who may ask. With a token every request must name it: as a bearer token, or as the password of
 * basic authentication, which clients can put into an address ({@code http://kindred:TOKEN@host}).
 * Without one the service listens to this machine alone, and the page of another site that a
 * browser shows on it must not reach it under that site's name.
 */
final class Access {
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final byte @Nullable [] token; // hash, so that lengths tell nothing
    private final String bind;

    /**
     * @param token empty for none
     */
    Access(String token, String bind) {
        this.token = token.isEmpty() ? null : hash(token);
        this.bind = bind;
    }

    private static byte[] hash(String text) {
        return Sha256.newDigest().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param authorization header of the request; null if it has none
     * @param host likewise
     * @throws ServeException 401 or 403
     */
    void check(@Nullable String authorization, @Nullable String host) {
        if (token != null) {
            String named = authorization == null ? "" : named(authorization);
            if (!MessageDigest.isEqual(token, hash(named))) {
                throw ServeException.of(
                        401,
                        "authorization: the token is missing or wrong; send Authorization: Bearer TOKEN, or"
                                + " TOKEN as the password of basic authentication");
            }
        } else if (host != null && !isLocal(host)) {
            throw ServeException.of(
                    403, "host: without a token this service answers to localhost alone");
        }
    }

    private static String named(String authorization) {
        int space = authorization.indexOf(' ');
        String scheme = space < 0 ? "" : authorization.substring(0, space).toLowerCase(Locale.ROOT);
        String value = authorization.substring(space + 1).strip();
        if (scheme.equals("bearer")) {
            return value;
        }
        if (scheme.equals("basic")) {
            try {
                String pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
                return pair.substring(pair.indexOf(':') + 1);
            } catch (IllegalArgumentException e) {
                return ""; // no base64
            }
        }
        return "";
    }

    private boolean isLocal(String host) {
        String name = host.replaceFirst(":\\d{1,5}$", "").toLowerCase(Locale.ROOT);
        return LOCAL.contains(name) || name.equals(bind.toLowerCase(Locale.ROOT));
    }
}
