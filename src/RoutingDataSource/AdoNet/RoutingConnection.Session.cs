using System.Globalization;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Classification;
using ReplicaRouting.Diagnostics;

namespace ReplicaRouting;

// Statements about the session that need not bind it to the primary, where the options say so.
public partial class RoutingConnection
{
    /// <summary>A text that makes settings, or begins a read-only transaction, and does nothing else.</summary>
    private readonly record struct SessionText(List<SessionSetting>? Settings, bool BeginsReadOnly)
    {
        public bool IsAny => BeginsReadOnly || Settings is not null;
    }

    private SessionText ReadSession(string text, NpgsqlCommand? command, SessionEffect effect)
    {
        if (command is null || _isPinned || IsInTransaction)
            return default; // what a transaction sets is undone with it
        var conforming = Source.Options.StandardConformingStrings;
        if (effect == SessionEffect.BeginsTransaction)
            return new(null, Source.Options.RouteReadOnlyTransactions && SessionTextReader.BeginsReadOnly(text, conforming));
        if (effect != SessionEffect.LeavesState || Source.Options.SessionStatements != SessionStatements.Replay)
            return default;
        return new(SessionTextReader.ReadSettings(text, conforming, (ReadOnlySpan<char> placeholder, out string? value) => TryGetText(command, placeholder, out value)), false);
    }

    private RouteDecision DecideSession(string text, in StatementClass proof, in SessionText session)
    {
        LeaveFallback();
        EndWrite();
        EndRead();
        var decision = DecideRead(text, proof, Source.Table, peek: false) with { IsFreeRead = true };
        if (decision.Target == RouteTarget.Primary)
            return decision;
        decision = decision with { Reason = session.BeginsReadOnly ? RouteReason.ReadOnlyTransaction : RouteReason.ReplayedSetting };
        return Source.Shadow is null ? decision : InShadow(decision, Source.Table.Snapshot.PrimaryIndex) with { IsFreeRead = true };
    }

    private void FollowSession(in SessionText session, RouteTarget target)
    {
        if (session.BeginsReadOnly)
        {
            _isInTextTransaction = true;
            _isTextTransactionOnReplica = target == RouteTarget.Replica;
            if (target == RouteTarget.Primary)
            {
                _primary.IsDirty = true; // a transaction is open on it
                _isTransactionInFallback = _isInFallback;
            }

            return;
        }

        _settings ??= new();
        if (!_settings.Add(session.Settings!))
            _isPinned = true;
        if (target == RouteTarget.Primary)
            _primary.Settings = _settings.Version;
        else
            _replica.Settings = _settings.Version;
    }

    /// <summary>Whether a replica would not take a setting, now or again: it may not know a role yet, or stand in recovery. The primary is
    /// asked then, and what cannot be made again binds the connection to it.</summary>
    private bool IsRefusedSetting(in RouteDecision decision, Exception error)
    {
        if (error is not PostgresException refusal || Failure.IsLostRead(refusal))
            return false;
        if (ReferenceEquals(error, _settings?.Failure))
        {
            _isPinned = true;
            Log.SettingsRefused(Source.Logger, Source.Nodes[decision.Node].Name, refusal.SqlState);
            return true;
        }

        return decision.Reason == RouteReason.ReplayedSetting;
    }

    // The text that PostgreSQL makes of a value in $1::text; of types whose text does not depend on settings.
    private static bool TryGetText(NpgsqlCommand command, ReadOnlySpan<char> placeholder, out string? text)
    {
        text = null;
        var parameters = command.Parameters;
        NpgsqlParameter parameter;
        if (placeholder[0] == '$')
        {
            if (!int.TryParse(placeholder[1..], CultureInfo.InvariantCulture, out var number) || number < 1 || number > parameters.Count)
                return false;
            parameter = parameters[number - 1];
        }
        else if (!parameters.TryGetValue(placeholder[1..].ToString(), out parameter!))
        {
            return false;
        }

        switch (parameter.Value)
        {
            case null or DBNull:
                return true;
            case string value:
                text = value;
                return true;
            case char or short or int or long or Guid:
                text = ((IFormattable)parameter.Value).ToString(null, CultureInfo.InvariantCulture);
                return true;
            default:
                return false;
        }
    }
}
