"""Mailbox and database, compared: what differs, in sentences, and a digest of what must be equal."""

import hashlib
from collections import Counter, defaultdict

from .mail import conversation
from .reader import OnServer, ServerFolder
from .stored import Stored

WINDOW = 72 * 3600
# How folders that nobody chose are told, where a choice is of all: by attribute, else by name.
UNWATCHED = {"\\trash", "\\junk", "\\drafts"}
UNWATCHED_NAMES = {"trash", "junk", "spam", "drafts"}
SETTLED = ("done", "failed", "cancelled", "superseded")


def is_unwatched(name: str, folder: ServerFolder) -> bool:
    return bool(folder.attributes & UNWATCHED) or name.lower() in UNWATCHED_NAMES


def digest(server: dict[str, ServerFolder], watched: set[str], skipped: dict[str, dict[int, str]]) -> str:
    """Of folder, UID, flags and SHA-256 of all that is watched and not skipped."""
    lines = sorted(f"{name} {folder.uidvalidity} {uid} {message.sha256} {' '.join(sorted(message.flags))}"
                   for name, folder in server.items() if name in watched
                   for uid, message in folder.messages.items() if uid not in skipped.get(name, {}))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def stored_digest(stored: Stored) -> str:
    watched = {name for name, folder in stored.folders.items() if folder["watched"]}
    lines = sorted(f"{each.folder} {each.uidvalidity} {each.uid} {each.message['bytes']} {' '.join(sorted(each.flags))}"
                   for each in stored.placements if each.folder in watched)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def differences(server: dict[str, ServerFolder], stored: Stored, chose_all: bool) -> list[str]:
    """Empty where all holds that must hold at a quiet moment."""
    found = list(stored.stray)
    if stored.account["state"] != "live":
        found.append(f"the account is {stored.account['state']}: {stored.account['error']}")
    found += _folders(server, stored, chose_all)
    found += _placements(server, stored)
    found += _messages(server, stored)
    found += _threads(stored)
    found += [f"an action is {action['state']}: {action}" for action in stored.actions if action["state"] not in SETTLED]
    return found


def _folders(server: dict[str, ServerFolder], stored: Stored, chose_all: bool) -> list[str]:
    found = [f"the folder {name} is not stored" for name in sorted(server.keys() - stored.folders.keys())]
    found += [f"the folder {name} is not on the server" for name in sorted(stored.folders.keys() - server.keys())]
    for name, folder in server.items():
        mine = stored.folders.get(name)
        if mine and chose_all and mine["watched"] == is_unwatched(name, folder):
            found.append(f"the folder {name} is {'' if mine['watched'] else 'not '}watched")
        if mine and mine["watched"] and mine["uidvalidity"] != folder.uidvalidity:
            found.append(f"{name} has UIDVALIDITY {folder.uidvalidity}, stored is {mine['uidvalidity']}")
    return found


def _placements(server: dict[str, ServerFolder], stored: Stored) -> list[str]:
    found: list[str] = []
    placed: dict[str, dict[int, object]] = defaultdict(dict)
    for each in stored.placements:
        placed[each.folder][each.uid] = each
    for name, mine in stored.folders.items():
        messages = server[name].messages if name in server else {}
        here, skipped = placed[name], stored.skipped.get(name, {})
        if mine["watched"]:
            found += [f"{name} {uid} is neither placed nor skipped: {messages[uid]}"
                      for uid in sorted(messages.keys() - here.keys() - skipped.keys())]
            found += [f"{name} {uid} is both placed and skipped ({skipped[uid]})"
                      for uid in sorted(here.keys() & skipped.keys())]
            found += [f"{name} {uid} is skipped ({skipped[uid]}) and not on the server"
                      for uid in sorted(skipped.keys() - messages.keys())]
            found += [f"{name} {uid} is recent, and skipped ({skipped[uid]})" for uid in sorted(skipped.keys() & messages.keys())
                      if messages[uid].moment >= stored.account["started"] - WINDOW]
        for uid, each in sorted(here.items()):
            if uid not in messages:
                found.append(f"{name} {uid} is placed and not on the server: {each.message['message_id']}")
                continue
            if each.message["sha256"] != messages[uid].sha256:
                found.append(f"{name} {uid} has other bytes on the server")
            if each.flags != messages[uid].flags:
                found.append(f"{name} {uid} has {sorted(messages[uid].flags)}, stored are {sorted(each.flags)}")
    return found


def _messages(server: dict[str, ServerFolder], stored: Stored) -> list[str]:
    found = [f"{message['message_id']} hashes to {message['bytes']} where it lies, and to {message['sha256']} by its row"
             for message in stored.messages if message["bytes"] != message["sha256"]]
    twice = Counter(message["sha256"] for message in stored.messages)
    found += [f"{count} messages have the SHA-256 {name}" for name, count in twice.items() if count > 1]
    on_server: dict[str, list[tuple[str, OnServer]]] = defaultdict(list)
    for name, folder in server.items():
        for message in folder.messages.values():
            on_server[message.sha256].append((name, message))
    places = defaultdict(list)
    for each in stored.placements:
        places[each.message["id"]].append(each)
    for message in stored.messages:
        here, what = places[message["id"]], f"{message['message_id']} ({message['id']})"
        if message["deleted"] and here:
            found.append(f"{what} is deleted and placed in {here[0].folder}")
        if not message["deleted"] and not here:
            found.append(f"{what} is placed nowhere and not deleted")
        if message["deleted"] and message["sha256"] in on_server:
            found.append(f"{what} is deleted, and on the server in {on_server[message['sha256']][0][0]}")
        if not here:
            continue
        folders = {each.folder: stored.folders[each.folder] for each in here}
        kept = [each for each in here if "\\Deleted" not in each.flags and folders[each.folder]["role"] != "trash"]
        # What is trashed where it lies has not left the folder yet.
        in_scope = any(folders[each.folder]["watched"] for each in kept or here)
        if message["in_scope"] != in_scope:
            found.append(f"{what} is {'not ' if in_scope else ''}in scope, placed in "
                         f"{[(each.folder, sorted(each.flags)) for each in here]}")
        if message["trashed"] != (not kept):
            found.append(f"{what} is {'not ' if not kept else ''}trashed, placed in "
                         f"{[(each.folder, sorted(each.flags)) for each in here]}")
    return found


def _threads(stored: Stored) -> list[str]:
    """Each conversation is a thread, where a Message-ID tells it (see Correspondence)."""
    labels, threads, counts = defaultdict(set), defaultdict(set), Counter()
    for message in stored.messages:
        if label := conversation(message["message_id"]):
            labels[message["thread"]].add(label)
            threads[label].add(message["thread"])
        counts[message["thread"]] += 1
    found = [f"a thread holds the conversations {sorted(each)}" for each in labels.values() if len(each) > 1]
    found += [f"the conversation {label} is {len(each)} threads" for label, each in threads.items() if len(each) > 1]
    found += [f"the thread {thread} counts {count} messages and has {counts[thread]}"
              for thread, count in stored.threads.items() if count != counts[thread]]
    return found


def unpulled(server: dict[str, ServerFolder], stored: Stored) -> list[str]:
    """Old mail that was skipped, and lies where it is watched, though it is due by what is stored: a message that answers
    it, or the old one that began its conversation, which only came with the whole of it.

    That recent mail begins its conversation makes none due: nothing recent answers it.
    """
    kept = {message["sha256"] for message in stored.messages}
    everything = [message for folder in server.values() for message in folder.messages.values() if message.sha256 in kept]
    named = frozenset().union(*(message.named for message in everything))
    begun = {conversation(message.message_id) for message in everything
             if not message.named and message.moment < stored.account["started"] - WINDOW} - {None}
    found = []
    for name, skipped in stored.skipped.items():
        if name in server and stored.folders[name]["watched"]:
            for uid in sorted(skipped.keys() & server[name].messages.keys()):
                message = server[name].messages[uid]
                if message.message_id in named or conversation(message.message_id) in begun:
                    found.append(f"{name} {uid} ({message.message_id}) is skipped ({skipped[uid]}), and its thread is stored")
    return found
