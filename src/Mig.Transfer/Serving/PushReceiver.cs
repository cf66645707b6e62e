using Mig.Core;
using Mig.Core.Zstd;
using Mig.History.Graph;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Store.Locks;
using Mig.Store.Packs;
using Mig.Transfer.Exchange;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Serving;

/// <summary>
/// Takes the last step of a push: manifests, then refs. The manifests become visible only when everything that they name is here; the refs
/// move together, or, if the client wants it so, each for itself.
/// </summary>
internal sealed class PushReceiver(ObjectStore store, RefStore refs, ServiceOptions options, ServiceTally tally)
{
    private readonly CommitGraph _graph = new(store);

    /// <exception cref="UsageException">More came than the repository takes.</exception>
    public static void CheckSize(long bytes, ServiceOptions options)
    {
        if (options.MaxInputSize > 0 && bytes > options.MaxInputSize)
            throw new UsageException(
                $"the push brings more than {options.MaxInputSize} bytes, the limit of this repository (receive.maxInputSize)");
    }

    public void Run(RequestMessage request, MessageReader reader, MessageWriter writer, CancellationToken cancellation)
    {
        if (request.Updates?.Count > options.MaxUpdates)
            throw new UsageException(
                $"the push moves {request.Updates.Count} refs, at most {options.MaxUpdates} allowed (receive.maxUpdates); push them in "
                + "parts");
        List<PushUpdate> updates = [.. (request.Updates ?? []).Select(Parse)];
        if (updates.Select(update => update.Name).Distinct().Count() != updates.Count)
            throw new UsageException("a ref is named twice in one push");
        CheckCount(updates);
        options.Step("retain");
        using FileLock retained = store.Retain();
        options.Step("manifests");
        ClosureCheck closure = TakeManifests(reader, updates, request.DryRun, cancellation);
        options.Step("check");
        if (!request.DryRun)
            new ReceiptCheck(store, options.Limits).Run(updates.Select(update => update.New).OfType<ObjectId>(), refs.List()
                .Select(item => item.Id), closure.Commits, cancellation);
        options.Step("judge");
        string?[] refusals = [.. updates.Select(update => Refuse(update, request.DryRun))];
        options.Step("move");
        int lines = 0;
        void Say(string line)
        {
            if (lines++ < ProtocolLimits.MaxLines)
                writer.WriteText(line);
        }

        MoveRefs(updates, refusals, request, Say, cancellation);
        tally.HasMoved = !request.DryRun && Choose(refusals).Any();

        writer.WriteJson(RecordType.Json, new ResultsMessage(refusals), ProtocolJson.Default.ResultsMessage);
        writer.End();
    }

    private void CheckCount(List<PushUpdate> updates)
    {
        int added = updates.Sum(update => update.Old is null ? 1 : update.New is null ? -1 : 0);
        if (added > 0 && refs.ListNames("refs/").Count is int now && now + added > options.MaxRefs)
            throw new UsageException(
                $"the repository has {now} refs and would have {now + added}, at most {options.MaxRefs} allowed (receive.maxRefs); push "
                + "fewer, or delete some");
    }

    private static PushUpdate Parse(UpdateMessage? message)
    {
        if (message?.Name is null)
            throw new UsageException("an update names no ref");
        if (!RefName.TryParse(message.Name, out RefName? name) || !name.Value.StartsWith("refs/", StringComparison.Ordinal))
            throw new UsageException(
                $"'{message.Name}' cannot be the name of a ref; it must begin with refs/ and follow the rules of git check-ref-format");
        return new PushUpdate(name, ParseId(message.Old), ParseId(message.New), message.Force);
    }

    private static ObjectId? ParseId(string? text)
    {
        if (text is null)
            return null;
        return ObjectId.TryParse(text, out ObjectId id) && !id.IsNull ? id : throw new UsageException($"'{text}' is not an object id");
    }

    private ClosureCheck TakeManifests(MessageReader reader, List<PushUpdate> updates, bool isDryRun, CancellationToken cancellation)
    {
        using var codec = new ZstdCodec();
        // all at once, or not at all
        using ObjectWriter writer = store.BeginWrite(options.StoreOptions with { MaxPackSize = long.MaxValue });
        var closure = new ClosureCheck(store);
        var lacking = new Stack<ObjectReference>();
        long bytes = 0;
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Type != RecordType.Frame)
                throw reader.Unexpected("a frame was expected");
            CheckSize(bytes += reader.Payload.Length, options);
            FrameContents frame = FrameContents.Read(reader.Payload.Span, codec, length => new byte[length]);
            for (int i = 0; i < frame.Count; i++)
            {
                tally.ObjectsReceived++;
                (ObjectId id, ObjectKind kind, ReadOnlyMemory<byte> content) = frame[i];
                if (kind == ObjectKind.Blob)
                    throw new CorruptStoreException("FRAME-002", $"blob {id} came among manifests");
                ManifestIntake.Take(new ReceivedObject(id, kind, content), closure, writer, lacking.Push);
            }
        }

        using var waiting = new WaitingManifests(store);
        if (!isDryRun && !waiting.IsEmpty)
            TakeWaiting(waiting, [.. updates.Select(update => update.New).OfType<ObjectId>()], lacking, closure, writer, cancellation);
        options.Step("finish");
        closure.Finish();
        writer.Complete();
        options.Step("settle");
        if (!isDryRun)
            waiting.RemoveSettled(store);
        return closure;
    }

    // What came before the push, as far as it leads there.
    private void TakeWaiting(WaitingManifests waiting, IEnumerable<ObjectId> tips, Stack<ObjectReference> lacking, ClosureCheck closure,
        ObjectWriter writer, CancellationToken cancellation)
    {
        foreach (ObjectId tip in tips)
        {
            lacking.Push(new ObjectReference(tip, ObjectKind.Commit));
            lacking.Push(new ObjectReference(tip, ObjectKind.Tag));
        }

        while (lacking.TryPop(out ObjectReference next))
        {
            cancellation.ThrowIfCancellationRequested();
            if (closure.Has(next.Id) || waiting.Find(next.Id, next.Kind) is not { } bytes)
                continue;
            tally.ObjectsReceived++;
            ManifestIntake.Take(new ReceivedObject(next.Id, next.Kind, bytes), closure, writer, lacking.Push);
        }
    }

    private string? Refuse(PushUpdate update, bool isDryRun)
    {
        ObjectId? now = refs.Read(update.Name)?.Id;
        if (now != update.Old)
            return now is null ? "it is gone meanwhile; fetch first" : $"it is at {now.Value.ToShortString()} meanwhile; fetch first";
        if (update.New is null)
        {
            if (update.Old is null)
                return "there is no such ref";
            if (options.DenyDeletes)
                return "this repository lets no ref be deleted (receive.denyDeletes)";
            if (refs.ReadHead().Branch == update.Name)
                return "it is the branch that HEAD is on there, which cannot be deleted";
            return options.Access.RefuseUpdate(update, losesHistory: true);
        }

        if (isDryRun && !store.TryFindAnew(update.New.Value, out _))
            // nothing was sent: the rest shows when it is
            return options.Access.RefuseUpdate(update, losesHistory: update.Force && update.Old is not null);
        if (!store.TryFindAnew(update.New.Value, out ObjectLocation location) || _graph.Peel(update.New.Value) is not { } commit)
            return $"{update.New} is not a commit or tag that is here";
        if (update.Name.IsBranch && location.Kind != ObjectKind.Commit)
            return "a branch can only be at a commit, not at a tag";
        bool losesHistory = update.Old is { } old && !(_graph.Peel(old) is { } before && _graph.IsAncestor(before, commit));
        bool isMovedTag = update.Name.IsTag && update.Old is not null;
        if ((losesHistory || isMovedTag) && !update.Force)
            return losesHistory && !isMovedTag ? "non-fast-forward: it has commits that yours does not follow from"
                : "the tag exists already";
        if (losesHistory && options.DenyNonFastForwards)
            return "this repository lets no history be lost (receive.denyNonFastForwards)";
        return options.Access.RefuseUpdate(update, losesHistory || isMovedTag);
    }

    // Nobody's hooks are asked of what is only tried; that is said.
    private void MoveRefs(List<PushUpdate> updates, string?[] refusals, RequestMessage request, Action<string> say,
        CancellationToken cancellation)
    {
        (bool isAtomic, bool isDryRun) = (request.Atomic, request.DryRun);
        IReceiveHooks? hooks = isDryRun ? null : options.Hooks;
        if (isDryRun)
            options.Hooks?.SayNotAsked(say);
        if (isAtomic && refusals.Any(refusal => refusal is not null))
        {
            RefuseAll(refusals, "another ref of the push was refused");
            return;
        }

        if (Choose(refusals).ToList() is { Count: > 0 } asked
            && hooks?.PreReceive([.. asked.Select(i => updates[i])], say, cancellation) is { } no)
        {
            RefuseAll(refusals, no);
            return;
        }

        foreach (int i in Choose(refusals).ToList())
            refusals[i] = hooks?.Update(updates[i], say, cancellation);
        if (isAtomic)
        {
            if (refusals.Any(refusal => refusal is not null))
                RefuseAll(refusals, "another ref of the push was refused");
            else
                Move([.. updates], refusals, [.. Enumerable.Range(0, updates.Count)], isDryRun);
        }
        else
        {
            // Together, so that a fault leaves all or none; each for itself only when another process has moved one of them meanwhile.
            List<int> chosen = [.. Choose(refusals)];
            Move([.. chosen.Select(i => updates[i])], refusals, chosen, isDryRun);
            if (chosen.Count > 1 && refusals[chosen[0]] is not null)
            {
                foreach (int i in chosen)
                {
                    refusals[i] = null;
                    Move([updates[i]], refusals, [i], isDryRun);
                }
            }
        }

        if (Choose(refusals).ToList() is { Count: > 0 } moved)
            hooks?.PostReceive([.. moved.Select(i => updates[i])], say, cancellation);
    }

    private void Move(IReadOnlyList<PushUpdate> updates, string?[] refusals, IReadOnlyList<int> places, bool isDryRun)
    {
        RefTransaction transaction = refs.BeginTransaction(options.Who());
        try
        {
            foreach (PushUpdate update in updates)
            {
                if (update.New is { } id)
                    transaction.Update(update.Name, update.Old ?? default(ObjectId), id, "push");
                else
                    transaction.Delete(update.Name, update.Old, "push");
            }

            if (isDryRun)
                transaction.Check();
            else
                transaction.Commit();
        }
        catch (Exception e) when (e is ConflictException or UsageException)
        {
            foreach (int place in places)
                refusals[place] = e.Message;
        }
    }

    private static IEnumerable<int> Choose(string?[] refusals) => Enumerable.Range(0, refusals.Length).Where(i => refusals[i] is null);

    private static void RefuseAll(string?[] refusals, string reason)
    {
        for (int i = 0; i < refusals.Length; i++)
            refusals[i] ??= reason;
    }
}
