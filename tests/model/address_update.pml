/* SPDX-License-Identifier: Apache-2.0
 *
 * The exchange of address updates (docs/protocol/address_update.md): mover, other end, a bad
 * network, and an attacker who reads everything, sends it again from wherever he likes, and relays.
 * README.md says what is left out and what the switches (-D) do.
 *
 * No message is ever forgotten: `x_sent` holds what was sent, and the attacker delivers any of it
 * as often and as late as he wants. Loss is that nobody delivers it. On a fair channel `x_fly` holds
 * what is under way besides; time does not pass before the network has delivered or lost that.
 */

#ifndef IDS
#define IDS 2           /* request identifiers that the mover may use */
#endif
#ifndef NAT
#define NAT 0           /* the mover's new address is behind a NAT */
#endif
#ifndef ALLOW_NAT
#define ALLOW_NAT 0     /* the other end binds what is not the claimed endpoint */
#endif
#ifndef STRICT
#define STRICT 0        /* the other end never binds provisionally */
#endif
#ifndef ATTACKER
#define ATTACKER 2      /* 1 a network that delays and doubles, 2 an attacker who sends
                           from his own endpoint too, 3 also from everybody else's */
#endif
#ifndef FAIR
#define FAIR 0          /* what is sent arrives, but for LOSSES messages */
#endif
#ifndef LOSSES
#define LOSSES 0
#endif
#ifndef BUSY
#define BUSY 0          /* how often binding may fail half-way */
#endif
#ifndef AMENDED
#define AMENDED 1       /* 0: without the three rules that this model asked for (README.md) */
#endif
#if !AMENDED
#define MUTATE_UPDATE_ENDS_WITH_CHALLENGE
#define MUTATE_FINAL_IS_BELIEVED
#define MUTATE_BETTER_GETS_STORED_ANSWER
#endif
#ifndef BEHIND
#define BEHIND 0        /* the other end has accepted this identifier already */
#endif

/* Endpoints. OUT is what the NAT makes of NEW, EVE is the attacker's. */
#define OLD 0
#define NEW 1
#define OUT 2
#define EVE 3
#define one(x) (1 << (x))
#define wire(own) ((NAT && (own) == NEW) -> OUT : (own))
/* Own address at which a datagram to the endpoint arrives; the NAT lets nothing through to NEW. */
#define arrives(to) (((to) == OLD && (up & one(OLD))) || ((to) == NEW && !NAT && (up & one(NEW))) \
                     || ((to) == OUT && NAT && (up & one(NEW))))

/* Messages. */
#define UPDATE 1
#define CONFIRM 2
#define CHALLENGE 3     /* ACK with CHALLENGE */
#define FINAL 4         /* ACK without */
#define NACK 5

/* Reasons of a NACK. */
#define NAT_NOT_ALLOWED 4
#define SUPERSEDED 5
#define IS_BUSY 6

/* One tick is one interval between tries; four of them are the 4 seconds of both timers. */
#ifndef LIMIT
#define LIMIT 4
#endif

/* ------------------------------------------------------------------ mover */
#define BOUND 0
#define MOVING 1
#define RETRYING 2      /* told `busy` */
#define PARKED 3
#define RENEGOTIATED 4

byte up = one(OLD);     /* own addresses that there are */
byte m_state = BOUND;
byte m_at = OLD;        /* address that its ESP leaves from */
byte m_id = 0;          /* last request identifier */
byte m_age = 0;         /* ticks since it was first sent */
byte to[IDS + 1];       /* content of UPDATE number i: new address, PATHS */
bit works[IDS + 1];
bit m_is_sure = 0;      /* the final answer said that the claimed endpoint is bound */

/* -------------------------------------------------------------- other end */
#define NOTHING 0
byte highest = BEHIND;  /* highest request identifier accepted */
byte bound = OLD;       /* where ESP goes */
byte proven = OLD;      /* last proven binding */
byte before = OLD;      /* the same when the pending update came */
byte pending = 0;       /* request identifier that may still be proven */
byte pending_age = 0;
byte challenged = 0;    /* endpoints that got a challenge of their own */
byte answered = NOTHING; /* stored final answer to `highest`: FINAL or NACK (busy) */
byte busy_left = BUSY;

/* ---------------------------------------------------------------- network */
byte update_sent, busy_sent, nat_sent, superseded_sent;               /* bit: identifier */
byte challenge_sent[IDS + 1], confirm_sent[IDS + 1], final_sent[IDS + 1];  /* bit: endpoint */
byte challenge_fly[IDS + 1], confirm_fly[IDS + 1], final_fly[IDS + 1], nack_fly[IDS + 1];
#if FAIR
byte update_fly;
byte losses = LOSSES;
#endif

/* Seen by the properties alone. */
byte g_max = BEHIND;    /* highest identifier ever accepted */
byte g_announced = 0;   /* endpoints claimed or observed in the accepted update */
byte g_before = OLD;    /* last proven binding when it was accepted */
byte g_proof = 0;       /* identifier under which the last binding was proven */
byte g_age = 0;         /* ticks that something has been unproven */

/* What is sent for the first time, or because of what the network brought, is under way. */
inline send_to(e, sent, mark, fly) {
#if FAIR
  if
  :: (honest || !(sent & mark)) && arrives(e) -> fly = fly | one(e)
  :: else
  fi;
#endif
  sent = sent | mark
}

/* -------------------------------------------------- the other end's answers */
inline send_challenge(i, e) {
  challenged = challenged | one(e);
  send_to(e, challenge_sent[i], one(e), challenge_fly[i])
}

inline send_nack(i, e, sent) { send_to(e, sent, one(i), nack_fly[i]) }

inline send_stored(i, e) {
  if
  :: answered == FINAL ->
     send_to(e, final_sent[i], one(proven), final_fly[i])
  :: answered == NACK -> send_nack(i, e, busy_sent)
  :: else
  fi
}

#define is_allowed(i, e) ((e) == to[i] || ALLOW_NAT)

/* Section 4: claimed, then last proven, then first to answer. */
#ifdef MUTATE_FIRST_ANSWER_WINS
#define rank(e) 1
#else
#define rank(e) ((e) == to[pending] -> 3 : ((e) == before -> 2 : 1))
#endif

/* Section 5, request identifiers; section 4, which endpoint. */
inline receive_update(i, from) {
  if
#ifdef MUTATE_NO_IDENTIFIER_CHECK
  :: i != highest && is_allowed(i, from) ->
#else
  :: i > highest && is_allowed(i, from) ->
#endif
     bound = proven;             /* an older one that was not proven is given up */
     highest = i;
     pending = i;
     pending_age = 0;
     challenged = 0;
     answered = NOTHING;
     before = proven;
     g_max = (highest > g_max -> highest : g_max);
     g_announced = one(to[i]) | one(from);
     g_before = proven;
     g_age = 0;
     if
     :: !works[i] && !STRICT -> bound = from
     :: else
     fi;
#ifdef MUTATE_BINDS_WITHOUT_CHALLENGE
     bound = from;
     proven = from;
     g_proof = i;
#endif
     send_challenge(i, from);
     if
     :: from != to[i] -> send_challenge(i, to[i])
     :: else
     fi
  :: i > highest && !is_allowed(i, from) -> send_nack(i, from, nat_sent)
  :: i == highest && pending == i && answered == NOTHING ->
#ifdef MUTATE_COPY_RESTARTS_TIMER
     pending_age = 0;
#endif
#ifdef MUTATE_COPY_IS_CHALLENGED_WITHOUT_NAT
     g_announced = g_announced | one(from);
     send_challenge(i, from)
#else
     if
     :: is_allowed(i, from) ->
        g_announced = g_announced | one(from);
        send_challenge(i, from)
     :: else
     fi
#endif
#ifndef MUTATE_BETTER_GETS_STORED_ANSWER
  :: i == highest && pending == i && answered == FINAL && is_allowed(i, from) &&
     rank(from) > rank(proven) ->
     g_announced = g_announced | one(from);
     send_challenge(i, from)
  :: i == highest && answered != NOTHING &&
     !(pending == i && answered == FINAL && is_allowed(i, from) && rank(from) > rank(proven)) ->
#else
  :: i == highest && answered != NOTHING ->
#endif
#ifndef MUTATE_NO_STORED_ANSWER
     send_stored(i, from)
#else
     skip
#endif
#ifndef MUTATE_NO_IDENTIFIER_CHECK
  :: i < highest -> send_nack(i, from, superseded_sent)
#endif
  :: else
  fi
}

#ifdef MUTATE_CONFIRM_FROM_ANYWHERE
#define is_proof(i, c, from) (challenged & one(c))
#else
#define is_proof(i, c, from) ((challenged & one(c)) && (c) == (from))
#endif

inline receive_confirm(i, c, from) {
  if
  :: pending == i && is_proof(i, c, from) && answered == NOTHING && busy_left > 0 ->
     busy_left--;                /* failed half-way, rolled back */
     bound = proven;
     pending = 0;
     pending_age = 0;
     challenged = 0;
     answered = NACK;
     send_stored(i, from)
  :: pending == i && is_proof(i, c, from) ->
     if
     :: answered == NOTHING || rank(from) > rank(proven) ->
        bound = from;
        proven = from;
        g_proof = i;
        answered = FINAL;
        send_stored(i, from)
     :: else ->
#ifndef MUTATE_NO_STORED_ANSWER
        send_stored(i, from)
#else
        skip
#endif
     fi
#ifndef MUTATE_NO_STORED_ANSWER
  :: pending != i && i == highest && answered != NOTHING -> send_stored(i, from)
#endif
  :: else
  fi
}

/* ---------------------------------------------------------------- the mover */
inline begin_move(target, does_old_work) {
  m_id++;
  to[m_id] = target;
  works[m_id] = does_old_work;
  m_state = MOVING;
  m_is_sure = 0;
  if
  :: !does_old_work -> m_at = target
  :: else
  fi;
  update_sent = update_sent | one(m_id);
#if FAIR
  update_fly = update_fly | one(m_id)
#endif
}

/* Section 7. */
inline fall_back() {
  m_state = RENEGOTIATED;
  m_age = 0
}

inline move_or_fall_back(target, does_old_work) {
  if
  :: m_id < IDS -> begin_move(target, does_old_work)
  :: else -> fall_back()
  fi
}

/* Each challenge is answered from where it arrived, also after the final answer: the endpoint that
 * was proven first may have been somebody else's. */
#ifdef MUTATE_FINAL_ENDS_IT
#define is_answering (m_state == MOVING)
#else
#define is_answering (m_state == MOVING || (m_state == BOUND && m_at == to[m_id]))
#endif

inline receive_challenge(i, c) {
  if
  :: i == m_id && is_answering && m_age < LIMIT ->
     send_to(c, confirm_sent[i], one(c), confirm_fly[i])
  :: else
  fi
}

/* It says in OBSERVED which endpoint is bound. */
inline receive_final(i, c) {
  if
  :: i == m_id && (m_state == MOVING || (m_state == BOUND && m_at == to[i])) ->
     m_state = BOUND;
     m_at = to[i];
     m_is_sure = (m_is_sure || c == to[i])
  :: else
  fi
}

inline receive_nack(i, reason) {
  if
  :: i == m_id && m_state == MOVING && reason == NAT_NOT_ALLOWED -> fall_back()
  :: i == m_id && m_state == MOVING && reason == SUPERSEDED ->
     if
     :: BEHIND > m_id -> m_id = BEHIND   /* HIGHEST */
     :: else
     fi;
     move_or_fall_back(to[i], works[i])
  :: i == m_id && m_state == MOVING && reason == IS_BUSY -> m_state = RETRYING
  :: else
  fi
}

/* ------------------------------------------------------------------ delivery */
#define deliver() \
  if \
  :: kind == UPDATE -> receive_update(i, e) \
  :: kind == CONFIRM -> receive_confirm(i, c, e) \
  :: kind == CHALLENGE -> receive_challenge(i, c) \
  :: kind == FINAL -> receive_final(i, c) \
  :: kind == NACK -> receive_nack(i, c) \
  :: else \
  fi; \
  kind = 0; i = 0; c = 0; e = 0; honest = 0

#if FAIR
#define ANY_FLYING(n) (challenge_fly[n] || confirm_fly[n] || final_fly[n] || nack_fly[n])
#if IDS == 1
#define is_quiet (!update_fly && !ANY_FLYING(1))
#elif IDS == 2
#define is_quiet (!update_fly && !ANY_FLYING(1) && !ANY_FLYING(2))
#else
#define is_quiet (!update_fly && !ANY_FLYING(1) && !ANY_FLYING(2) && !ANY_FLYING(3))
#endif

#define FLY_UPDATE(n) \
  :: update_fly & one(n) -> update_fly = update_fly & ~one(n); \
     kind = UPDATE; i = n; e = wire(to[n])
#define FLY_TO_MOVER(n, to_e, fly, what) \
  :: fly[n] & one(to_e) -> fly[n] = fly[n] & ~one(to_e); \
     if \
     :: arrives(to_e) -> kind = what; i = n; c = to_e \
     :: else \
     fi
#define FLY_CONFIRM(n, from) \
  :: confirm_fly[n] & one(from) -> confirm_fly[n] = confirm_fly[n] & ~one(from); \
     kind = CONFIRM; i = n; c = from; e = from
#define FLY_NACK(n, to_e) \
  :: nack_fly[n] & one(to_e) -> nack_fly[n] = nack_fly[n] & ~one(to_e); \
     if \
     :: arrives(to_e) && (nat_sent & one(n)) -> kind = NACK; i = n; c = NAT_NOT_ALLOWED \
     :: arrives(to_e) && (superseded_sent & one(n)) -> kind = NACK; i = n; c = SUPERSEDED \
     :: arrives(to_e) && (busy_sent & one(n)) -> kind = NACK; i = n; c = IS_BUSY \
     :: !arrives(to_e) \
     fi
#define FINAL_TO(n, x) :: final_sent[n] & one(x) -> kind = FINAL; i = n; c = x
#define FLY_FINAL(n, to_e) \
  :: final_fly[n] & one(to_e) -> final_fly[n] = final_fly[n] & ~one(to_e); \
     if \
     :: arrives(to_e) -> \
        if \
        FINAL_TO(n, OLD) FINAL_TO(n, NEW) FINAL_TO(n, OUT) FINAL_TO(n, EVE) \
        fi \
     :: else \
     fi
#define FLY_AT(n, x) FLY_TO_MOVER(n, x, challenge_fly, CHALLENGE) FLY_FINAL(n, x) FLY_CONFIRM(n, x) FLY_NACK(n, x)
#define FLY(n) FLY_UPDATE(n) FLY_AT(n, OLD) FLY_AT(n, NEW) FLY_AT(n, OUT) FLY_AT(n, EVE)

/* In any order, each once, or lost. */
active proctype Network() {
  byte kind, i, c, e;
  bit honest;
end:
  do
  :: atomic {
       if
       FLY(1)
#if IDS >= 2
       FLY(2)
#endif
#if IDS >= 3
       FLY(3)
#endif
       fi;
       honest = 1;
       if
       :: true
       :: losses > 0 && kind != 0 -> losses--; kind = 0
       fi;
       deliver()
     }
  od
}
#endif

#if ATTACKER
#if ATTACKER == 1
#define FROM(n, true_source, from) ((from) == (true_source))
#elif ATTACKER == 2
#define FROM(n, true_source, from) ((from) == (true_source) || (from) == EVE)
#else
#define FROM(n, true_source, from) ((from) != OUT || NAT)   /* else OUT is one more EVE */
#endif
#define COPY_UPDATE(n, from) \
  :: (update_sent & one(n)) && FROM(n, wire(to[n]), from) -> kind = UPDATE; i = n; e = from
#define COPY_CONFIRM(n, x, from) \
  :: (confirm_sent[n] & one(x)) && FROM(n, x, from) -> kind = CONFIRM; i = n; c = x; e = from
#define COPY_FROM(n, from) COPY_UPDATE(n, from) COPY_CONFIRM(n, OLD, from) \
  COPY_CONFIRM(n, NEW, from) COPY_CONFIRM(n, OUT, from) COPY_CONFIRM(n, EVE, from)
#if ATTACKER == 1
#define CAN_HEAR(x) arrives(x)
#else
#define CAN_HEAR(x) true
#endif
#define COPY_CHALLENGE(n, x) \
  :: (challenge_sent[n] & one(x)) && CAN_HEAR(x) -> kind = CHALLENGE; i = n; c = x
#define COPY_FINAL(n, x) :: final_sent[n] & one(x) -> kind = FINAL; i = n; c = x
#define COPY_NACK(n, sent, reason) :: sent & one(n) -> kind = NACK; i = n; c = reason
#define COPY(n) COPY_FROM(n, OLD) COPY_FROM(n, NEW) COPY_FROM(n, OUT) COPY_FROM(n, EVE) \
  COPY_CHALLENGE(n, OLD) COPY_CHALLENGE(n, NEW) COPY_CHALLENGE(n, OUT) COPY_CHALLENGE(n, EVE) \
  COPY_FINAL(n, OLD) COPY_FINAL(n, NEW) COPY_FINAL(n, OUT) COPY_FINAL(n, EVE) \
  COPY_NACK(n, nat_sent, NAT_NOT_ALLOWED) COPY_NACK(n, superseded_sent, SUPERSEDED) \
  COPY_NACK(n, busy_sent, IS_BUSY)

/* Whatever was ever sent, again and from anywhere. What it sets off is his to deliver; it is not
 * promised to arrive by itself. */
active proctype Attacker() {
  byte kind, i, c, e;
  bit honest;
end:
  do
  :: atomic {
       if
       COPY(1)
#if IDS >= 2
       COPY(2)
#endif
#if IDS >= 3
       COPY(3)
#endif
       fi;
       deliver()
     }
  od
}
#endif

/* ----------------------------------------------------------------------- time */
#define own_endpoints \
  (((up & one(OLD)) -> one(OLD) : 0) | ((up & one(NEW)) -> one(wire(NEW)) : 0))

inline resend_update() {
#if FAIR
  update_fly = update_fly | one(m_id)
#else
  skip                           /* it can be delivered again anyway */
#endif
}

/* CONFIRM repeats the challenge of the mover's own endpoint if that has come. Otherwise it repeats
 * the last one, and UPDATE goes beside it; where a forwarder's was answered besides, that may be
 * his, and UPDATE alone has to bring the other again. */
inline resend() {
#if FAIR
  if
#ifdef MUTATE_UPDATE_ENDS_WITH_CHALLENGE
  :: confirm_sent[m_id] == 0 -> resend_update()
#else
  :: !(confirm_sent[m_id] & one(to[m_id])) -> resend_update()
#endif
  :: else
  fi;
  if
  :: (confirm_sent[m_id] & one(to[m_id])) || !(confirm_sent[m_id] & one(EVE)) ->
     confirm_fly[m_id] = confirm_fly[m_id] | (confirm_sent[m_id] & own_endpoints)
  :: else
  fi
#else
  skip
#endif
}

inline tick_mover() {
  if
  :: m_state != RENEGOTIATED && m_state != PARKED && m_id > 0 && m_age < LIMIT -> m_age++
  :: else
  fi;
  if
  :: m_state == MOVING && m_age == LIMIT ->
     if
     :: works[m_id] && (up & one(m_at)) -> m_state = BOUND    /* stays where it is */
     :: else -> fall_back()
     fi
  :: m_state == MOVING && m_age < LIMIT -> resend()
#ifndef MUTATE_FINAL_IS_BELIEVED
  :: m_state == BOUND && m_id > 0 && m_at == to[m_id] && !m_is_sure && m_age < LIMIT ->
     resend_update()
#endif
  :: m_state == RETRYING && m_age < LIMIT -> move_or_fall_back(to[m_id], works[m_id])
  :: m_state == RETRYING && m_age == LIMIT -> fall_back()
  :: else
  fi
}

inline tick_other_end() {
  if
  :: (pending != 0 || bound != proven) && g_age <= LIMIT -> g_age++
  :: else
  fi;
  if
  :: pending != 0 && pending_age < LIMIT -> pending_age++
  :: else
  fi;
#ifndef MUTATE_NO_TIMER
  if
  :: pending != 0 && pending_age == LIMIT ->
     bound = proven;
#ifdef MUTATE_IDENTIFIER_IS_FREED
     if
     :: answered == NOTHING -> highest--
     :: else
     fi;
#endif
     pending = 0;
     pending_age = 0;
     challenged = 0
  :: else
  fi;
#endif
  if
  :: pending == 0 && bound == proven -> g_age = 0
  :: else
  fi
}

#define is_timing (m_state == MOVING || m_state == RETRYING || pending != 0 || \
                   (m_id > 0 && m_age < LIMIT && m_state == BOUND))

active proctype Clock() {
end:
  do
#if FAIR
  :: atomic { is_timing && is_quiet -> tick_mover(); tick_other_end() }
#else
  :: atomic { is_timing -> tick_mover(); tick_other_end() }
#endif
  od
}

/* ---------------------------------------------------------- the mover's addresses */
#define MOVE(target, does_old_work) \
  :: atomic { m_state != RENEGOTIATED && m_id < IDS && \
              !(m_state == BOUND && m_at == target) && \
              (!does_old_work || (m_at != target && (up & one(m_at)))) -> \
       up = (does_old_work -> up : 0) | one(target); \
       m_age = 0; \
       begin_move(target, does_old_work) }

/* It moves, moves back at once, loses its old path in the middle, loses everything; or stops. */
active proctype World() {
end:
  do
  MOVE(NEW, 0)
  MOVE(NEW, 1)
  MOVE(OLD, 0)
  MOVE(OLD, 1)
  :: atomic { m_state != RENEGOTIATED && m_state != PARKED && m_id > 0 && m_id < IDS ->
       up = 0;
       m_state = PARKED;
       m_age = 0 }
  :: break
  od
}

/* ---------------------------------------------------------------------- properties */
#define has_ended ((m_state == BOUND || m_state == PARKED || m_state == RENEGOTIATED) && \
                   pending == 0 && bound == proven)

#define do_ends_agree ((bound == m_at && !(NAT && m_at == NEW)) || \
                       (bound == OUT && NAT && m_at == NEW))

/* 1. The accepted identifier never falls. */
ltl identifier_never_falls { [] (highest >= g_max) }
/* 2. Bound only where the accepted update was claimed or observed, or to the last proven one. */
ltl bound_where_announced { [] ((g_announced | one(g_before)) & one(bound)) }
/* 3. What counts as proven: the mover itself answered the challenge to that very endpoint. */
ltl proven_by_the_mover { [] (g_proof == 0 || (confirm_sent[g_proof] & one(proven))) }
/* 4. Nothing unproven outlives its timer. */
ltl unproven_ends { [] (g_age <= LIMIT) }
/* 5. Where NAT is not allowed, nobody but the mover's own endpoints is ever bound. */
ltl never_elsewhere { [] (bound == OLD || bound == NEW) }
/* 6. Every run ends bound, renegotiated or parked, and nothing is left unproven. */
ltl ends { <> [] has_ended }
/* 7. On a fair channel: bound at both ends to the same endpoint, or parked; never renegotiated. */
ltl ends_bound { <> [] (has_ended && m_state != RENEGOTIATED) }
ltl ends_agree { <> [] (m_state != BOUND || do_ends_agree) }

/* Not vacuous: all of these are violated. */
ltl never_moves { [] !(m_id > 0 && m_state == BOUND && m_at == NEW && has_ended && do_ends_agree) }
ltl never_renegotiates { [] (m_state != RENEGOTIATED) }
ltl never_parks { [] (m_state != PARKED) }
ltl never_binds_unproven { [] (bound == proven) }
ltl never_gives_up_unproven { [] !(pending == 0 && highest > 0 && answered == NOTHING) }
ltl never_refuses_old { [] (superseded_sent == 0) }
ltl never_refuses_nat { [] (nat_sent == 0) }
