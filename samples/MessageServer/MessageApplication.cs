using System.Globalization;
using System.Threading.RateLimiting;
using Dapper;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ReplicaRouting.MessageServer;

/// <summary>The message board: the last message, a form for a new one, and the list of all.</summary>
internal static class MessageApplication
{
    private const string Posts = "posts";
    private const string List = "SELECT id, text, written FROM messages ORDER BY id DESC LIMIT 50";

    /// <summary>Builds the application; starting it is the caller's.</summary>
    /// <param name="port">On loopback; 0 for one that is free.</param>
    /// <param name="configure">Adds the nodes.</param>
    /// <param name="postsPerMinute">How many messages one address may leave in a minute.</param>
    public static WebApplication Build(int port, Action<RoutingDataSourceBuilder> configure, int postsPerMinute = 30)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = 16 * 1024);
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        builder.Services.AddRoutingDataSource((_, routing) => configure(routing));
        builder.Services.AddDbContext<MessageContext>(options => options.UseRoutingNpgsql());
        builder.Services.AddRoutingSession();
        builder.Services.AddHealthChecks().AddRoutingDataSource();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider(); // one instance that leaves nothing behind
        builder.Services.AddAntiforgery();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(Posts, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress, _ => new() { PermitLimit = postsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });

        var app = builder.Build();
        app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("Something failed. Please try again.")));
        app.UseRouting();
        app.UseRateLimiter();
        app.UseRoutingSession();
        app.UseAntiforgery();
        app.MapGet("/", ShowAsync);
        app.MapPost("/", PostAsync).RequireRateLimiting(Posts);
        app.MapHealthChecks("/health");
        app.MapRoutingStatus("/routing", status => status.Title = "Message server: routing");
        return app;
    }

    // EF Core writes, on the primary.
    private static async Task<IResult> PostAsync([FromForm] string? text, MessageContext messages, CancellationToken cancellationToken)
    {
        text = text?.Trim();
        if (text is null or "" || text.Length > Message.MaxLength || text.Contains('\0', StringComparison.Ordinal))
            return Results.Text($"A message has 1 to {Message.MaxLength} characters.", statusCode: StatusCodes.Status400BadRequest);
        messages.Messages.Add(new() { Text = text, Written = DateTime.UtcNow });
        await messages.SaveChangesAsync(cancellationToken);
        return Results.Redirect("/"); // the next request carries the token, and so sees the message wherever it is read
    }

    // Dapper reads, on a replica.
    private static async Task<IResult> ShowAsync(HttpContext context, RoutingDataSource source, IAntiforgery antiforgery, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(List);
        var messages = new List<Message>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            messages.AddRange(reader.Parse<Message>());
        return MessagePage.Render(messages, command.LastRoute!.Value, antiforgery.GetAndStoreTokens(context));
    }
}
