# Reference values of R for our statistics; run from the repository's root: Rscript tests/statistics/reference/record.R
suppressMessages({library(survival); library(cmprsk)})
options(digits = 15, warn = 1)
home <- "tests/statistics/reference"
write <- function(frame, name) {
  numbers <- sapply(frame, is.double)
  frame[numbers] <- lapply(frame[numbers], signif, 14)
  write.csv(frame, file.path(home, paste0(name, ".csv")), row.names = FALSE, quote = FALSE, na = "")
}
stack <- function(rows) { out <- do.call(rbind, rows); rownames(out) <- NULL; out }
spread <- function(times, most = 40) times[unique(round(seq(1, length(times), length.out = min(most, length(times)))))]

# ---- the data: event 1 (competing: 2), group 0/1, at most two covariates, complete rows only
solution <- read.csv("simulation/calibration/solution.csv")
solution <- solution[solution$group %in% c("mh", "nmh"), ]
colon2 <- subset(colon, etype == 2 & rx != "Lev")
pbc2 <- subset(pbc, !is.na(trt))
single <- list(
  cohort = with(solution, data.frame(time = T, event = relapse, group = as.integer(group == "mh"), age = age)),
  aml = with(aml, data.frame(time, event = status, group = as.integer(x == "Maintained"))),
  ovarian = with(ovarian, data.frame(time = futime, event = fustat, group = rx - 1, age = age)),
  veteran = with(veteran, data.frame(time, event = status, group = trt - 1, karno, age)),
  lung = with(lung, data.frame(time, event = status - 1, group = sex - 1, age)),
  colon = with(colon2, data.frame(time, event = status, group = as.integer(rx == "Lev+5FU"), age, nodes)),
  pbc = with(pbc2, data.frame(time, event = as.integer(status == 2), group = trt - 1, age, bili)),
  gbsg = with(gbsg, data.frame(time = rfstime, event = status, group = hormon, age, nodes))
)
single <- lapply(single, function(d) d[complete.cases(d), ])
competing <- list(
  pbc_competing = with(pbc2, data.frame(time, event = c(0, 2, 1)[status + 1], group = trt - 1, age)),
  mgus2 = with(mgus2, data.frame(time = ifelse(pstat == 1, ptime, futime), event = ifelse(pstat == 1, 1, 2 * death),
                                 group = as.integer(sex == "M"), age)),
  myeloid = with(myeloid, { first <- pmin(ifelse(is.na(crtime), Inf, crtime), futime)
    data.frame(time = first, event = ifelse(!is.na(crtime) & crtime <= futime, 1, 2 * death),
               group = as.integer(trt == "B")) })
)
competing <- lapply(competing, function(d) d[complete.cases(d) & d$time > 0, ])
intervals <- list(
  heart = with(heart, data.frame(start, stop, event, group = as.integer(transplant == 1), age)),
  pbc_age = with(pbc2, data.frame(start = round(age * 365.25), stop = round(age * 365.25) + time,
                                  event = as.integer(status == 2), group = trt - 1, bili)),
  cgd = with(cgd, data.frame(start = tstart, stop = tstop, event = status, group = as.integer(treat == "rIFN-g"), age))
)
for (name in names(c(single, competing, intervals)))
  write(c(single, competing, intervals)[[name]], file.path("datasets", name))

terms_of <- function(d) setdiff(names(d), c("time", "start", "stop", "event"))
response <- function(d) if ("start" %in% names(d)) Surv(d$start, d$stop, d$event) else Surv(d$time, d$event)

# ---- Kaplan-Meier, right-censored and with delayed entry
kaplan_meier <- function(name, d) stack(lapply(0:1, function(g) {
  part <- d[d$group == g, ]; y <- response(part)
  fits <- lapply(c("plain", "log", "log-log"), function(type) survfit(y ~ 1, conf.type = type))
  f <- fits[[1]]; at <- f$time[f$n.event > 0]; i <- match(spread(at), f$time)
  data.frame(dataset = name, group = g, t = f$time[i], at_risk = f$n.risk[i], events = f$n.event[i],
    event_free = f$surv[i], std_err = f$std.err[i] * f$surv[i],
    plain_lower = fits[[1]]$lower[i], plain_upper = fits[[1]]$upper[i], log_lower = fits[[2]]$lower[i],
    log_upper = fits[[2]]$upper[i], loglog_lower = fits[[3]]$lower[i], loglog_upper = fits[[3]]$upper[i])
}))
both <- c(single, intervals)
write(stack(Map(kaplan_meier, names(both), both)), "kaplan_meier")

# ---- two curves: survdiff knows log-rank (rho = 0) and Peto-Peto (rho = 1); Gehan's weights n(t) are summed here,
# and with delayed entry the log-rank is the score test of the exact conditional likelihood
gehan <- function(d) {
  start <- if ("start" %in% names(d)) d$start else rep(-Inf, nrow(d)); stop <- if ("stop" %in% names(d)) d$stop else d$time
  u <- v <- 0
  for (t in unique(stop[d$event == 1])) {
    risk <- start < t & stop >= t; n <- sum(risk); n1 <- sum(risk & d$group == 1)
    died <- stop == t & d$event == 1; k <- sum(died); k1 <- sum(died & d$group == 1)
    u <- u + n * (k1 - k * n1 / n)
    if (n > 1) v <- v + n^2 * k * n1 * (n - n1) * (n - k) / (n^2 * (n - 1))
  }
  u^2 / v
}
compare <- function(name, d) {
  if ("start" %in% names(d)) {
    statistic <- c(log_rank = unname(coxph(Surv(start, stop, event) ~ group, d, ties = "exact")$score), gehan_wilcoxon = gehan(d))
  } else {
    statistic <- c(log_rank = survdiff(Surv(time, event) ~ group, d)$chisq, gehan_wilcoxon = gehan(d),
                   peto_peto = survdiff(Surv(time, event) ~ group, d, rho = 1)$chisq)
  }
  data.frame(dataset = name, test = names(statistic), statistic = statistic, p = pchisq(statistic, 1, lower.tail = FALSE))
}
write(stack(Map(compare, names(both), both)), "two_curves")

# ---- Cox (Efron) and its proportional-hazards test
fit_cox <- function(d, ties = "efron") coxph(as.formula(paste("response(d) ~", paste(terms_of(d), collapse = "+"))), d,
  ties = ties, control = coxph.control(eps = 1e-11, iter.max = 50))
cox <- function(name, d) {
  f <- fit_cox(d); s <- summary(f)
  data.frame(dataset = name, term = names(coef(f)), coefficient = coef(f), std_err = sqrt(diag(vcov(f))),
    lower = s$conf.int[, 3], upper = s$conf.int[, 4], p = s$coefficients[, 5], loglik_null = f$loglik[1],
    loglik = f$loglik[2], likelihood_ratio = s$logtest[1], wald = f$wald.test, score = f$score, n = f$n, events = f$nevent)
}
write(stack(Map(cox, names(both), both)), "cox")
zph <- function(name, d) stack(lapply(c("identity", "km"), function(how) {
  z <- cox.zph(fit_cox(d), transform = how, terms = FALSE)$table
  data.frame(dataset = name, transform = how, term = rownames(z), statistic = z[, 1], df = z[, 2], p = z[, 3])
}))
write(stack(Map(zph, names(both), both)), "proportional_hazards")

# ---- restricted mean; the longest tau is where the shorter group ends
rmst <- function(name, d) {
  last <- min(tapply(d$time, d$group, max)); first <- max(tapply(d$time, d$group, min))
  stack(lapply(unique(pmax(first, floor(last * c(.25, .5, 1)))), function(tau) stack(lapply(0:1, function(g) {
    found <- summary(survfit(Surv(time, event) ~ 1, d[d$group == g, ]), rmean = tau)$table
    data.frame(dataset = name, group = g, tau = tau, mean = found[["rmean"]], std_err = found[["se(rmean)"]])
  }))))
}
write(stack(Map(rmst, names(single), single)), "rmst")

# ---- competing risks: variance of cmprsk (Aalen) and of survival (infinitesimal jackknife), Gray, Fine-Gray
incidence <- function(name, d) stack(lapply(0:1, function(g) {
  part <- d[d$group == g, ]
  f <- survfit(Surv(time, factor(event, 0:2)) ~ 1, part)
  at <- spread(sort(unique(part$time[part$event > 0]))); i <- match(at, f$time)
  grey <- timepoints(cuminc(part$time, part$event, cencode = 0), at)
  stack(lapply(1:2, function(cause) data.frame(dataset = name, group = g, cause = cause, t = at,
    incidence = f$pstate[i, cause + 1], std_err = f$std.err[i, cause + 1],
    cmprsk_incidence = grey$est[cause, ], cmprsk_variance = grey$var[cause, ])))
}))
write(stack(Map(incidence, names(competing), competing)), "cumulative_incidence")
gray <- function(name, d) { tests <- cuminc(d$time, d$event, d$group)$Tests
  data.frame(dataset = name, cause = 1:2, statistic = tests[, 1], p = tests[, 2]) }
write(stack(Map(gray, names(competing), competing)), "gray")
fine_gray <- function(name, d) stack(lapply(1:2, function(cause) {
  f <- crr(d$time, d$event, as.matrix(d[terms_of(d)]), failcode = cause, gtol = 1e-10, maxiter = 50)
  specific <- d; specific$event <- as.integer(d$event == cause); s <- fit_cox(specific)
  data.frame(dataset = name, cause = cause, term = terms_of(d), coefficient = f$coef, std_err = sqrt(diag(f$var)),
    loglik = f$loglik, cause_specific = coef(s), cause_specific_std_err = sqrt(diag(vcov(s))))
}))
write(stack(Map(fine_gray, names(competing), competing)), "fine_gray")

# ---- weights: a logistic model of the group, inverse-probability weights, weighted curve with robust error
weighted <- function(name, d) {
  covariates <- setdiff(terms_of(d), "group")
  model <- glm(as.formula(paste("group ~", paste(covariates, collapse = "+"))), binomial, d, control = list(epsilon = 1e-13))
  both <- ifelse(d$group == 1, 1 / fitted(model), 1 / (1 - fitted(model)))
  w <- both[d$group == 1]; part <- d[d$group == 1, ]
  s <- coxph(Surv(time, event) ~ group, d, weights = both, robust = TRUE, control = coxph.control(eps = 1e-11))
  f <- survfit(Surv(time, event) ~ 1, part, weights = w, robust = TRUE)
  i <- match(spread(f$time[f$n.event > 0]), f$time)
  list(model = data.frame(dataset = name, term = names(coef(model)), coefficient = coef(model),
                          std_err = sqrt(diag(vcov(model)))),
       curve = data.frame(dataset = name, t = f$time[i], at_risk = f$n.risk[i], events = f$n.event[i],
                          event_free = f$surv[i], std_err = f$std.err[i]), # robust errors are of the curve itself
       cox = data.frame(dataset = name, coefficient = coef(s), std_err = sqrt(s$var[1, 1]), naive = sqrt(s$naive.var[1, 1])))
}
found <- Map(weighted, names(single)[names(single) != "aml"], single[names(single) != "aml"])
write(stack(lapply(found, `[[`, "model")), "logistic")
write(stack(lapply(found, `[[`, "curve")), "weighted_curve")
write(stack(lapply(found, `[[`, "cox")), "weighted_cox")
cat(R.version.string, "survival", format(packageVersion("survival")), "cmprsk", format(packageVersion("cmprsk")), "\n")
